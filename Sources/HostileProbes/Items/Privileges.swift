/// Gaining rights, and changing what the launch has set.
extension HostileItem {
    static let privileges: [HostileItem] = [
        HostileItem(
            51, "setuid, setgid, setresuid, setgroups, capset",
            HostileProbe(
                .refused("setuid", "setgid", "setresuid", "setresgid", "setgroups", "capset"),
                #"""
                def become(number):
                    kernel('setfsuid', number)
                    if kernel('setfsuid', 0xFFFFFFFF) != number:  # it gives the former one and reports no error
                        raise PermissionError
                for number in (0, 65534) if INSIDE else (os.getuid(),):
                    attempt('setuid', lambda: os.setuid(number), errno.EPERM)
                    attempt('setgid', lambda: os.setgid(number), errno.EPERM)
                    attempt('setresuid', lambda: os.setresuid(number, number, number), errno.EPERM)
                    attempt('setresgid', lambda: os.setresgid(number, number, number), errno.EPERM)
                    attempt('setreuid', lambda: os.setreuid(number, number), errno.EPERM)
                    attempt('setfsuid', lambda: become(number), errno.EPERM)
                    attempt('setgroups', lambda: os.setgroups([number]), errno.EPERM)
                header, all_of_them = b'\x22\x05\x08\x20' + bytes(4), b'\xff' * 24
                attempt('capset', lambda: kernel('capset', header, all_of_them if INSIDE else bytes(24)), errno.EPERM)
                assert os.getuid() != 0 or not INSIDE
                """#)),
        HostileItem(
            52, "set-user-id files, devices, file capabilities in the scratch directory",
            HostileProbe(
                .refused("mknodat", "setxattr"),
                outside: #"""
                    os.chmod(FILE, 0o6755)
                    if os.stat(FILE).st_mode & 0o6000:
                        got('a set-user-id file')
                    """#,
                #"""
                import stat
                nosuid, nodev = os.statvfs('.').f_flag & 2, os.statvfs('.').f_flag & 4
                def special():
                    opened('made', os.O_CREAT | os.O_WRONLY)
                    os.chmod('made', 0o6755)
                    if os.stat('made').st_mode & 0o6000 and not nosuid:
                        got('a set-user-id file')
                try:
                    special()
                except OSError as error:
                    assert error.errno == errno.EPERM
                try:
                    os.close(os.open('born', os.O_CREAT | os.O_WRONLY, 0o6755))
                    if os.stat('born').st_mode & 0o6000 and not nosuid:
                        got('a set-user-id file')
                except OSError as error:
                    assert error.errno == errno.EPERM
                os.mkdir('folder', 0o6755)
                for kind in (stat.S_IFCHR, stat.S_IFBLK) + (() if OTHERS else (stat.S_IFIFO, stat.S_IFSOCK)):
                    attempt('mknod', lambda: kernel('mknodat', HERE, b'device', kind | 0o666, os.makedev(1, 3)), errno.EPERM)
                capability = b'\1\0\0\2' + b'\xff' * 8 + bytes(8)
                attempt('setcap', lambda: kernel('setxattr', b'folder', b'security.capability', capability, 20, 0), errno.EPERM)
                """#)),
        HostileItem(
            53, "prctl: dumpable, tracer, capabilities, seccomp, memory map, parent's death",
            HostileProbe(
                .refused("prctl", "seccomp"),
                #"""
                for option, value in ((4, 1), (38, 1), (8, 0), (15, b'x'), (1, 0), (36, 1), (28, 0)):
                    attempt(f'option {option}', lambda: kernel('prctl', option, value, 0, 0, 0), errno.EPERM)
                if INSIDE:
                    for option, value in ((0x59616d61, -1), (22, 1), (22, 2), (35, 1), (53, 0), (47, 2), (24, 0), (29, 0)):
                        attempt(f'option {option}', lambda: kernel('prctl', option, value, 0, 0, 0), errno.EPERM)
                    for operation in range(4):
                        attempt('seccomp', lambda: kernel('seccomp', operation, 0, bytes(16)), errno.EPERM)
                """#)),
        HostileItem(
            54, "raise a limit, or change those of the parent",
            HostileProbe(
                .refused("prlimit64", "setrlimit"), rehearsal: .signals,
                #"""
                import resource
                for kind in range(16):
                    soft, hard = resource.getrlimit(kind)
                    both = hard.to_bytes(8, 'little', signed=True) * 2
                    attempt('soft', lambda: kernel('prlimit64', 0, kind, both, 0), errno.EPERM)
                    attempt('setrlimit', lambda: kernel('setrlimit', kind, both), errno.EPERM)
                    if INSIDE:
                        attempt('hard', lambda: kernel('prlimit64', 0, kind, b'\xff' * 16, 0), errno.EPERM)
                        for target in (os.getppid(), 1, VICTIM):
                            attempt('parent', lambda: kernel('prlimit64', target, kind, b'\xff' * 16, 0), errno.EPERM)
                """#)),
        HostileItem(
            55, "personality: no address randomisation, readable is executable",
            HostileProbe(
                .refused("personality"),
                #"""
                for persona in (0x0040000, 0x0400000, 0x0440000, 8, 0xffffffff) if INSIDE else (0x0440000,):
                    attempt('personality', lambda: kernel('personality', persona), errno.EPERM)
                """#)),
        HostileItem(
            56, "TIOCSTI, TIOCLINUX, TIOCSCTTY on every descriptor, with dirty high bits",
            HostileProbe(
                .refused("ioctl"),
                outside: #"""
                    def controlled():
                        os.setsid()
                        master, slave = os.openpty()
                        kernel('ioctl', slave, 0x540e, 0)
                        try:
                            kernel('ioctl', slave, 0x5412, b'x')
                        except OSError as error:
                            assert error.errno == errno.EIO  # dev.tty.legacy_tiocsti=0
                        return 7
                    if in_child(controlled) == 7:
                        got('a terminal')
                    """#,
                #"""
                for descriptor in range(5):
                    for request in (0x5412, 0x541c, 0x540e, 0x5422, 0x5410, 0x4b3a):
                        for high in (0, 1 << 32, 0xdeadbeef << 32, 1 << 63):
                            attempt(hex(request), lambda: kernel('ioctl', descriptor, request | high, b'x'), errno.EPERM)
                # A granted request with dirty high bits is none: the profile compares the whole register.
                attempt('TCGETS', lambda: kernel('ioctl', 0, 0x5401 | 1 << 32, bytes(64)), errno.EPERM, errno.ENOTTY)
                """#)),
    ]

    /// What the host shows of itself in files that are none.
    static let hostInterfaces: [HostileItem] = [
        HostileItem(
            57, "devices: tty, ptmx, kmsg, mem, disks, fuse, kvm, tun",
            gapInPortable: Gap("their existence can be seen; none can be opened but /dev/null"),
            HostileProbe(
                .absent,
                #"""
                attempt('ptmx', lambda: opened('/dev/ptmx', os.O_RDWR), errno.ENOENT, errno.EACCES)
                names = ('tty', 'console', 'kmsg', 'mem', 'port', 'sda', 'vda', 'nvme0n1', 'loop0', 'loop-control', 'fuse', 'kvm',
                         'net/tun', 'vsock', 'vhost-net', 'uinput', 'userfaultfd', 'zero', 'urandom', 'full', 'shm', 'pts')
                for name in names if INSIDE else ():
                    for flags in (os.O_RDONLY, os.O_RDWR):
                        attempt(name, lambda: opened('/dev/' + name, flags), errno.ENOENT, errno.EACCES, errno.EISDIR)
                if INSIDE:
                    try:
                        assert os.listdir('/dev') == ['null'], os.listdir('/dev')
                    except PermissionError:
                        assert LEVEL == 'portable'
                attempt('its kind', lambda: os.stat('/dev/ptmx'), known_in=('portable',))
                """#)),
        HostileItem(
            58, "open_by_handle_at",
            HostileProbe(
                .killed("open_by_handle_at"),
                outside: handle + #"""
                    attempt('a file', lambda: os.close(kernel('open_by_handle_at', folder, handle, os.O_RDONLY)))
                    if os.geteuid():
                        lacks('open_by_handle_at for an ordinary user')
                    """#,
                #"""
                import struct
                folder = os.open('.', os.O_RDONLY)
                for inode in range(1, 100):
                    kernel('open_by_handle_at', folder, struct.pack('<IiII', 8, 1, inode, 0), os.O_RDONLY)
                    got('a file')
                """#)),
        HostileItem(
            59, "name_to_handle_at",
            HostileProbe(
                .refused("name_to_handle_at"), outside: handle + "got('a handle')",
                #"""
                import struct
                handle, mount = ctypes.create_string_buffer(struct.pack('<Ii', 128, 0), 136), ctypes.create_string_buffer(8)
                for path in (b'/', b'.', sys.executable.encode()):
                    attempt('a handle', lambda: kernel('name_to_handle_at', HERE, path, handle, mount, 0), errno.EPERM)
                """#)),
        HostileItem(
            60, "/sys, /proc/sys, sysrq, core_pattern, kcore, keys, kallsyms",
            gapInPortable: Gap("their existence can be seen; none can be opened"),
            HostileProbe(
                .absent,
                #"""
                attempt('sysctl', lambda: opened('/proc/sys/kernel/core_pattern'), errno.ENOENT, errno.EACCES)
                paths = ('/sys', '/sys/kernel', '/proc/sys/kernel/randomize_va_space', '/proc/sysrq-trigger', '/proc/kcore',
                         '/proc/keys', '/proc/kallsyms', '/proc/modules', '/proc/cmdline', '/proc/mounts', '/proc/net/tcp',
                         '/proc/version', '/proc/cpuinfo', '/proc/meminfo', '/proc/interrupts', '/proc/self/mountinfo',
                         '/sys/fs/cgroup', '/sys/class', '/sys/devices/system/cpu', '/boot', '/lib/modules')
                for path in paths if INSIDE else ():
                    for flags in (os.O_RDONLY, os.O_WRONLY):
                        attempt(path, lambda: opened(path, flags), errno.ENOENT, errno.EACCES, errno.EISDIR)
                attempt('existence', lambda: os.stat('/proc/sys/kernel/core_pattern'), known_in=('portable',))
                """#)),
    ]

    private static let handle = #"""
        import struct
        handle, mount = ctypes.create_string_buffer(struct.pack('<Ii', 128, 0), 136), ctypes.create_string_buffer(8)
        folder = os.open(FOLDER, os.O_RDONLY)
        kernel('name_to_handle_at', folder, b'canary', handle, mount, 0)

        """#
}
