/// What stands before every probe. Its line count is of no matter: no probe looks at its own lines.
package enum Prelude {
    /// Saying what happened. `BREACH` is what must not happen in the sandbox and has to happen outside; `GAP` is what the
    /// table in SECURITY.md owns up to; `WRONG` is a refusal for another reason than the expected one; `LACKS` is what
    /// this host's kernel does not have.
    private static let base = #"""
        import errno, os, sys

        LACKING = (errno.ENOSYS, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT, errno.ENODEV, errno.ENXIO)

        def got(what):
            print('BREACH', what, flush=True)

        def gap(what):
            print('GAP' if INSIDE else 'BREACH', what, flush=True)

        def lacks(what):
            print('LACKS', what, flush=True)

        def wrong(what, why):
            print('WRONG', what, why, flush=True)

        def attempt(what, action, *codes, known_in=()):
            """What must fail inside, with one of the codes if there are any; `known_in` names levels where it does not."""
            try:
                value = action()
            except OSError as error:
                if INSIDE and codes and error.errno not in codes:
                    wrong(what, error)
                elif not INSIDE and error.errno in LACKING:
                    lacks(what)
                elif not INSIDE:
                    print('MISS', what, error, flush=True)
            else:
                (gap if LEVEL in known_in else got)(what)
                return value

        def opened(path, flags=os.O_RDONLY, **more):
            os.close(os.open(path, flags, 0o600, **more))
        """#

    /// System calls by name, past the C library's own wrappers.
    private static let kernel = #"""
        import ctypes, platform

        libc = ctypes.CDLL(None, use_errno=True)
        libc.syscall.restype = ctypes.c_long
        # Name, number on x86-64, number on AArch64.
        NUMBERS = """
            add_key 248 217 linkat 265 37 bpf 321 280 capset 126 91 chroot 161 51 clock_settime 227 112 clone 56 220 clone3 435 435
            execveat 322 281 fanotify_init 300 262 fcntl 72 25 flock 73 32 fork 57 -2 fsconfig 431 431 fsmount 432 432
            fsopen 430 430 fspick 433 433 getcpu 309 168 getpid 39 172 gettid 186 178 inotify_init1 294 26 io_uring_enter
            426 426 io_uring_register 427 427 io_uring_setup 425 425 ioctl 16 29 ioprio_set 251 30 kcmp 312 272 keyctl 250
            219 memfd_create 319 279 memfd_secret 447 447 mknodat 259 33 mlock 149 228 mlock2 325 284 mlockall 151 230
            mount 165 40 mount_setattr 442 442 move_mount 429 429 mprotect 10 226 mq_open 240 180 msgget 68 186
            name_to_handle_at 303 264 open_by_handle_at 304 265 open_tree 428 428 perf_event_open 298 241 personality 135
            92 pidfd_getfd 438 438 pidfd_open 434 434 pidfd_send_signal 424 424 pivot_root 155 41 pkey_mprotect 329 288
            prctl 157 167 prlimit64 302 261 process_vm_readv 310 270 process_vm_writev 311 271 ptrace 101 117
            remap_file_pages 216 234 renameat2 316 276 request_key 249 218 restart_syscall 219 128 rt_sigqueueinfo 129 138
            sched_setaffinity 203 122 seccomp 317 277 semget 64 190 sendmsg 46 211 setfsuid 122 151 setgroups 116 159
            setns 308 268 setpriority 141 140 setresgid 119 149 setresuid 117 147 setrlimit 160 164 setxattr 188 5 shmat
            30 196 shmctl 31 195 shmget 29 194 splice 275 76 statfs 137 43 tee 276 77 tgkill 234 131 tkill 200 130 umount2
            166 39 unshare 272 97 userfaultfd 323 282 vfork 58 -2 vmsplice 278 75
        """.split()
        COLUMN = {'x86_64': 1, 'aarch64': 2}[platform.machine()]
        NUMBERS = {NUMBERS[at]: int(NUMBERS[at + COLUMN]) for at in range(0, len(NUMBERS), 3)}
        NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000
        NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
        HERE = -100  # AT_FDCWD

        def plain(value):
            return ctypes.c_long(value) if isinstance(value, int) else value

        def kernel(call, *arguments):
            """The raw call: bytes and buffers are passed as pointers, all else as a register's value."""
            number = NUMBERS[call] if isinstance(call, str) else call
            ctypes.set_errno(0)
            result = libc.syscall(ctypes.c_long(number), *[plain(value) for value in arguments])
            if result == -1:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(call))
            return result

        def private():
            """Outside only: namespaces in which mounts do no harm; an ordinary user needs one of users for that."""
            kernel('unshare', NEWNS | (NEWUSER if os.geteuid() else 0))
            kernel('mount', b'none', b'/', 0, 0x44000, 0)

        def in_child(action):
            """Outside only: what may end the process is tried in another one. Gives its exit code, or minus its signal."""
            child = os.fork()
            if child == 0:
                os._exit(action())
            status = os.waitpid(child, 0)[1]
            return os.waitstatus_to_exitcode(status) if hasattr(os, 'waitstatus_to_exitcode') else status >> 8
        """#

    /// Machine code. In the sandbox none can be brought along where nothing written can be mapped as executable, so what
    /// the interpreter's own text holds is jumped into: `int 0x80` stands inside of longer instructions there.
    private static let machine = #"""
        import mmap, struct

        def machine(code, low=False):
            """Outside only: the address of this machine code, below 4 GiB if asked for."""
            area = mmap.mmap(-1, 4096, flags=0x22 | (0x40 if low else 0), prot=7)
            area.write(code)
            machine.kept = getattr(machine, 'kept', []) + [area]
            return ctypes.addressof(ctypes.c_char.from_buffer(area))

        def jump(address, *arguments):
            return ctypes.CFUNCTYPE(ctypes.c_long, *[ctypes.c_void_p] * len(arguments))(address)(*arguments)

        def text_around(function):
            """Where the program or library begins that holds the function, and what it can execute: (address, bytes)."""
            start = ctypes.cast(function, ctypes.c_void_p).value & ~4095
            while ctypes.string_at(start, 4) != b'\x7fELF':
                start -= 4096
            table, = struct.unpack('<Q', ctypes.string_at(start + 32, 8))
            count, = struct.unpack('<H', ctypes.string_at(start + 56, 2))
            first = None
            for index in range(count):
                kind, flags, _, at, _, _, size, _ = struct.unpack('<IIQQQQQQ', ctypes.string_at(start + table + index * 56, 56))
                if kind == 1:
                    first = at & ~4095 if first is None else first
                    if flags & 1:
                        return start + at - first, ctypes.string_at(start + at - first, size)

        def gadget(*code):
            """The address of one of these byte sequences in the interpreter's or the C library's own text."""
            for function in (ctypes.pythonapi.PyObject_Str, libc.getpid):
                where, text = text_around(function)
                for sequence in code:
                    if text.find(sequence) >= 0:
                        return where + text.find(sequence)
        """#

    /// The broker's two pipes, without the package `airlock` between.
    private static let channel = #"""
        import json, time

        if not INSIDE:
            TAKEN, GIVEN = os.pipe()

        def send(data):
            """Sends bytes to the host; outside, through a pipe like it."""
            view = memoryview(data)
            while view:
                count = os.write(4 if INSIDE else GIVEN, view[:4096])
                if not INSIDE and os.read(TAKEN, 4096) == view[:count]:
                    got('bytes of any kind pass a pipe')
                    return
                view = view[count:]

        def frame(text):
            data = text if isinstance(text, bytes) else json.dumps(text).encode() if isinstance(text, dict) else text.encode()
            return len(data).to_bytes(4, 'big') + data

        def request(number, method='list_objects', **params):
            return {'jsonrpc': '2.0', 'id': number, 'method': method, 'params': params}

        def notification(method, **params):
            return {'jsonrpc': '2.0', 'method': method, 'params': params}

        def wait():
            """For the host to end the run."""
            if INSIDE:
                time.sleep(20)
        """#

    /// Outside a crash is the host's to handle. A limit of one byte keeps it from writing a core and from starting a
    /// program for it, which a limit of zero would not (core(5)).
    private static let noCore = "import resource; resource.setrlimit(resource.RLIMIT_CORE, (1, 1))"

    /// The script of a probe with what it needs of the above.
    ///
    /// - Parameters:
    ///   - inside: whether it is run in the sandbox.
    ///   - level: the level of isolation; `none` outside.
    ///   - isSparing: whether the machine is somebody's own: then a script damages only what was planted or what lies in
    ///     the cache of the runs, and outside loads no kernel module, whatever the sandbox lets through.
    package static func script(
        _ body: String, inside: Bool, level: String, isSparing: Bool = false, facts planted: PlantedFacts
    ) -> String {
        let facts = """
            INSIDE, LEVEL, SPARING = \(inside ? "True" : "False"), '\(level)', \(isSparing ? "True" : "False")
            # In the sandbox of another tool, where the effect counts, and not that the very call is refused.
            OTHERS = INSIDE and LEVEL == 'none'
            TOKEN, FILE, FOLDER, SOCKET = '\(planted.token)', '\(planted.file)', '\(planted.folder)', '\(planted.socket)'
            PORT, ABSTRACT, VICTIM, CACHE = \(planted.port), '\(planted.token)', \(planted.victim), '\(planted.cache)'
            """
        let needsMachine = ["machine(", "jump(", "gadget("].contains { body.contains($0) }
        let needsKernel = needsMachine || ["kernel(", "libc.", "in_child(", "private("].contains { body.contains($0) }
        let needsChannel = ["send(", "frame(", "wait("].contains { body.contains($0) }
        let parts = [
            facts, base, needsKernel ? kernel : "", needsMachine ? machine : "", needsChannel ? channel : "",
            inside ? "print('SCRATCH', os.getcwd(), flush=True)" : noCore, body, "print('END', flush=True)",
        ]
        return parts.joined(separator: "\n")
    }
}
