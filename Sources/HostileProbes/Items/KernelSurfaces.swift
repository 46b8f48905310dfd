/// Large parts of the kernel that no script needs.
extension HostileItem {
    static let kernelSurfaces: [HostileItem] = [
        HostileItem(
            36, "io_uring: setup, enter, register",
            HostileProbe(
                .killed("io_uring_setup"),
                "kernel('io_uring_setup', 4, ctypes.create_string_buffer(120)); got('a ring')"),
            HostileProbe(
                .killed("io_uring_enter"), outside: ring + "got(kernel('io_uring_enter', made, 0, 0, 0, 0, 0))",
                "kernel('io_uring_enter', 3, 1, 0, 0, 0, 0); got('enter')"),
            HostileProbe(
                .killed("io_uring_register"),
                outside: ring + "got(kernel('io_uring_register', made, 8, ctypes.create_string_buffer(4096), 16))",
                "kernel('io_uring_register', 3, 8, 0, 0); got('register')")),
        HostileItem(
            37, "a socket made through io_uring",
            HostileProbe(
                .killed("io_uring_setup"),
                ring + #"""
                    import mmap, struct
                    at = struct.unpack('<40xIIIIIIIIQIIIIIIIIQ', parameters.raw)
                    rings = mmap.mmap(made, 8192, mmap.MAP_SHARED, 3)
                    entries = mmap.mmap(made, 4096, mmap.MAP_SHARED, 3, offset=0x10000000)
                    # IORING_OP_SOCKET; the type is where an offset would be.
                    entries[:64] = struct.pack('<BBHiQQIIQ24x', 45, 0, 0, 2, 1, 0, 0, 0, 7)
                    rings[at[6]:at[6] + 4] = struct.pack('<I', 0)
                    rings[at[1]:at[1] + 4] = struct.pack('<I', 1)
                    kernel('io_uring_enter', made, 1, 1, 1, 0, 0)
                    user, result = struct.unpack('<Qi', rings[at[14]:at[14] + 12])
                    if user == 7 and result >= 0:
                        got('a socket')
                    """#)),
        HostileItem(
            38, "bpf, perf_event_open",
            HostileProbe(
                .killed("bpf"),
                #"""
                import struct
                attempt('bpf', lambda: kernel('bpf', 0, struct.pack('<IIII', 2, 4, 8, 1) + bytes(56), 72))
                if not INSIDE and os.geteuid():
                    lacks('bpf for an ordinary user')
                """#),
            HostileProbe(
                .killed("perf_event_open"),
                #"""
                import struct
                event = struct.pack('<IIQQQQQ', 1, 112, 0, 0, 0, 0, 0x60) + bytes(64)
                kernel('perf_event_open', event, 0, -1, -1, 0)
                got('perf')
                """#)),
        HostileItem(
            39, "userfaultfd, and its device",
            HostileProbe(.killed("userfaultfd"), "kernel('userfaultfd', 1); got('userfaultfd')"),
            HostileProbe(
                .absent,
                #"""
                attempt('device', lambda: opened('/dev/userfaultfd', os.O_RDWR), errno.ENOENT, errno.EACCES)
                if not INSIDE and not os.access('/dev/userfaultfd', os.R_OK | os.W_OK):
                    lacks('/dev/userfaultfd')
                """#)),
        HostileItem(
            40, "keyctl, add_key, request_key",
            HostileProbe(.killed("keyctl"), "kernel('keyctl', 0, -2, 1); got('a keyring')"),
            HostileProbe(.killed("add_key"), "kernel('add_key', b'user', b'x', b'x', 1, -2); got('a key')"),
            HostileProbe(
                .killed("request_key"),
                outside: #"""
                    kernel('add_key', b'user', b'x', b'x', 1, -2)
                    kernel('request_key', b'user', b'x', 0, -2)
                    got('a key')
                    """#,
                "kernel('request_key', b'user', b'x', 0, -2); got('a key')")),
        HostileItem(
            41, "a key left for the next run",
            HostileProbe(
                .killed("add_key"), rehearsal: .call("add_key", "b'user', b'x', b'x', 1, -2"),
                outside: #"""
                    key = kernel('add_key', b'user', TOKEN.encode(), b'x', 1, -2)
                    if kernel('keyctl', 10, -2, b'user', TOKEN.encode(), 0) == key:
                        got('the key')
                    """#,
                "kernel('add_key', b'user', TOKEN.encode(), b'x', 1, -4); got('a key')"),
            HostileProbe(
                .killed("keyctl"),
                outside: #"""
                    key = kernel('add_key', b'user', TOKEN.encode(), b'x', 1, -2)
                    if kernel('keyctl', 10, -2, b'user', TOKEN.encode(), 0) == key:
                        got('the key')
                    """#,
                "kernel('keyctl', 10, -4, b'user', TOKEN.encode(), 0); got('the key')")),
    ]

    private static let ring = #"""
        parameters = ctypes.create_string_buffer(120)
        made = kernel('io_uring_setup', 4, parameters)

        """#
}
