/// Other ABIs, numbers that mean nothing, code of the script's own.
extension HostileItem {
    static let foreignCode: [HostileItem] = [
        HostileItem(
            42, "the i386 ABI: int 0x80, a far jump into 32-bit code, an i386 program",
            HostileProbe(
                .foreign, rehearsal: .foreign,
                outside: "got(jump(machine(bytes.fromhex('b814000000 cd80 c3'))))",  // getpid
                #"""
                jump(gadget(b'\xcd\x80'))
                got('int 0x80')
                """#),
            // exit(42), in 32-bit code below 4 GiB.
            HostileProbe(
                .foreign, rehearsal: .foreign,
                outside: #"""
                    code = machine(bytes.fromhex('ff2f' + '90' * 62 + 'b801000000 bb2a000000 cd80'), low=True)
                    pointer = ctypes.create_string_buffer(struct.pack('<IH', code + 64, 0x23))
                    if in_child(lambda: jump(code, ctypes.addressof(pointer))) == 42:
                        got('a far jump')
                    elif text_around(ctypes.pythonapi.PyObject_Str)[0] >> 32:
                        lacks('an interpreter below 4 GiB')
                    """#,
                #"""
                where, text = text_around(ctypes.pythonapi.PyObject_Str)
                pointer = ctypes.create_string_buffer(struct.pack('<IH', where + text.find(b'\xcd\x80'), 0x23))
                jump(gadget(b'\xff\x2f'), ctypes.addressof(pointer))
                got('a far jump')
                """#),
            HostileProbe(
                .refused(),
                #"""
                import struct
                code = bytes.fromhex('b801000000 bb2a000000 cd80')
                header = b'\x7fELF\1\1\1' + bytes(9) + struct.pack('<HHIIIIIHHHHHH', 2, 3, 1, 0x8048054, 52, 0, 0, 52, 32, 1, 0, 0, 0)
                segment = struct.pack('<IIIIIIII', 1, 0, 0x8048000, 0x8048000, 84 + len(code), 84 + len(code), 5, 4096)
                path = os.path.abspath('program')
                with open(path, 'wb') as file:
                    file.write(header + segment + code)
                try:
                    os.chmod(path, 0o700)
                except OSError:
                    pass
                if INSIDE:
                    attempt('a program', lambda: os.execv(path, [path]), errno.EPERM)
                elif in_child(lambda: os.execv(path, [path])) == 42:
                    got('an i386 program')
                """#)),
        HostileItem(
            43, "x32 numbers (bit 30)",
            HostileProbe(
                .foreign,
                #"""
                try:
                    kernel(0x40000000 | NUMBERS['getpid'])
                except OSError as error:
                    assert error.errno == errno.ENOSYS
                got('the call got to the kernel, and it lives')
                """#)),
        HostileItem(
            44, "the vsyscall page",
            HostileProbe(
                .contained,
                outside: #"""
                    processor = ctypes.create_string_buffer(8)
                    def ask():
                        return jump(0xffffffffff600800, ctypes.addressof(processor), 0, 0)
                    if in_child(ask) == 0:
                        got('the processor')
                    else:
                        lacks('a vsyscall page')
                    """#,
                #"""
                # What is granted may be asked for there, and nothing else: getcpu is refused as the call is.
                processor, moment = ctypes.create_string_buffer(8), ctypes.create_string_buffer(16)
                jump(0xffffffffff600000, ctypes.addressof(moment), 0)
                if jump(0xffffffffff600800, ctypes.addressof(processor), 0, 0) == 0:
                    got('the processor')
                attempt('getcpu', lambda: kernel('getcpu', processor, 0, 0), errno.EPERM)
                """#)),
        HostileItem(
            45, "numbers that mean nothing: 1000, 511, and restart_syscall",
            HostileProbe(
                .refused(),
                outside: #"""
                    try:
                        kernel(1000)
                    except OSError as error:
                        assert error.errno == errno.ENOSYS
                        got('the kernel was asked')
                    """#,
                #"""
                for number in (1000, 511, 4096, 0x3fffffff):
                    attempt(f'{number}', lambda: kernel(number), errno.EPERM, errno.ENOSYS)
                # Which error depends on what this thread was last interrupted in.
                attempt('restart_syscall', lambda: kernel('restart_syscall'))
                """#),
            HostileProbe(
                .refused(),
                outside: #"""
                    try:
                        kernel(-1)
                    except OSError as error:
                        assert error.errno == errno.ENOSYS
                        got('the kernel was asked')
                    """#,
                "attempt('-1', lambda: kernel(-1), errno.EPERM, errno.ENOSYS)")),
        HostileItem(
            46, "a raw system call from code of its own",
            HostileProbe(
                .killed("ptrace"),
                outside: "got(jump(machine(bytes.fromhex('b865000000 31ff 0f05 c3'))))",
                #"""
                # From a file of its own where that can be mapped, else through the C library's one raw call.
                code = bytes.fromhex('b865000000 31ff 0f05 c3') + bytes(4084)
                with open('code', 'wb') as file:
                    file.write(code)
                descriptor = os.open('code', os.O_RDONLY)
                mapped = libc.mmap
                mapped.restype = ctypes.c_void_p
                address = mapped(None, ctypes.c_size_t(4096), 5, 2, descriptor, ctypes.c_long(0))
                if address != 2 ** 64 - 1:
                    assert LEVEL == 'portable'
                    jump(address)
                kernel('ptrace', 0, 0, 0, 0)
                got('ptrace')
                """#)),
        HostileItem(
            47, "executable memory: mmap, mprotect, shmat",
            gapInPortable: Gap(
                "a file that the script wrote can be mapped as executable: native code, under the same filter"),
            HostileProbe(
                .refused("mmap", "mprotect", "shmget", "pkey_mprotect"),
                #"""
                import mmap
                page = mmap.mmap(-1, 4096)
                where = ctypes.addressof(ctypes.c_char.from_buffer(page))
                attempt('mmap', lambda: mmap.mmap(-1, 4096, prot=7), errno.EPERM)
                attempt('mmap', lambda: mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=5), errno.EPERM)
                for protection in (4, 5, 7) + ((5 | 1 << 32, 0x1000004) if INSIDE else ()):
                    attempt('mprotect', lambda: kernel('mprotect', where, 4096, protection), errno.EPERM)
                attempt('pkey_mprotect', lambda: kernel('pkey_mprotect', where, 4096, 5, -1), errno.EPERM)
                def segment():
                    number = kernel('shmget', 0, 4096, 0o1700)
                    kernel('shmctl', number, 0, 0)
                attempt('shared memory', segment, errno.EPERM)
                path = 'code' if INSIDE else FILE
                with open(path, 'wb') as file:
                    file.write(bytes(4096))
                with open(path, 'r+b') as file:
                    attempt('a shared file', lambda: mmap.mmap(file.fileno(), 4096, mmap.MAP_SHARED, 5), errno.EPERM)
                    attempt('a writable file', lambda: mmap.mmap(file.fileno(), 4096, mmap.MAP_PRIVATE, 7), errno.EPERM)
                    attempt('a file', lambda: mmap.mmap(file.fileno(), 4096, mmap.MAP_PRIVATE, 5), errno.EPERM,
                            known_in=('portable',))
                """#)),
        HostileItem(
            48, "memfd_create and execveat",
            HostileProbe(
                .refused("memfd_create", "execveat"),
                outside: #"""
                    memory = kernel('memfd_create', b'x', 0)
                    os.write(memory, open('/bin/true', 'rb').read())
                    none = (ctypes.c_char_p * 1)()
                    if in_child(lambda: kernel('execveat', memory, b'', none, none, 0x1000)) == 0:
                        got('a program without a name')
                    """#,
                #"""
                for flags in range(32):
                    attempt('memfd', lambda: kernel('memfd_create', b'x', flags), errno.EPERM)
                none = (ctypes.c_char_p * 1)()
                library = os.open(sys.executable, os.O_RDONLY)
                attempt('execveat', lambda: kernel('execveat', library, b'', none, none, 0x1000), errno.EPERM)
                attempt('execveat', lambda: kernel('execveat', HERE, sys.executable.encode(), none, none, 0), errno.EPERM)
                """#)),
        HostileItem(
            49, "exec of anything in the view",
            HostileProbe(
                .refused("execve"),
                outside: "got('a program') if in_child(lambda: os.execv('/bin/true', ['true'])) == 0 else None",
                #"""
                library = os.path.dirname(os.__file__)
                for path in (sys.executable, '/usr/bin/python3', '/bin/sh', '/proc/self/exe', library + '/os.py', library):
                    attempt(path, lambda: os.execv(path, [path]), errno.EPERM)
                """#)),
        HostileItem(
            50, "the loader as a program, scripts with #!, binfmt",
            HostileProbe(
                .refused("execve"),
                outside: "loader = '/lib64/ld-linux-x86-64.so.2'\n"
                    + "got('loader') if in_child(lambda: os.execv(loader, [loader, '/bin/true'])) == 0 else None",
                #"""
                with open('script', 'w') as file:
                    file.write('#!' + sys.executable + '\nprint(1)\n')
                try:
                    os.chmod('script', 0o755)
                except OSError:
                    pass
                for path in ('/lib64/ld-linux-x86-64.so.2', './script'):
                    attempt(path, lambda: os.execv(path, [path, sys.executable]), errno.EPERM)
                """#)),
    ]
}
