/// Memory, in all the ways that the kernel gives it.
extension HostileItem {
    static let memory: [HostileItem] = [
        HostileItem(
            61, "memory bombs: list, bytes, integer, text, regular expression",
            bomb("held = [0]\nwhile True: held += held"),
            bomb("held = bytearray(1)\nwhile True: held += bytes(held)"),
            bomb("held = 1\nwhile True: held <<= 1 << 26"),
            bomb("held = 'x' * (1 << 40)"),
            bomb("import re; re.match('(?:(a)|(b))*?c', 'ab' * 10 ** 7)")),
        HostileItem(
            62, "memory through files in the scratch directory",
            gapInPortable: Gap(
                "the limit is watched each 100 ms, not enforced; the files lie on the host's disk", isShown: false),
            HostileProbe(
                .limit("disk"), limits: ["disk=2MiB"],
                outside: #"""
                    with open(FILE, 'wb') as file:
                        for _ in range(4):
                            file.write(bytes(1 << 20))
                    got('4 MiB')
                    """#,
                #"""
                for index in range(64):
                    with open(f'bomb-{index}', 'wb') as file:
                        file.write(b'x' * (1 << 20))
                import time
                time.sleep(9)  # where the host has to look at the directory, it gets the time
                got('64 MiB')
                """#)),
        HostileItem(
            63, "memory through System V shared memory, semaphores, queues",
            HostileProbe(
                .refused("shmget", "shmat", "msgget", "semget"), rehearsal: .sharedObjects,
                outside: #"""
                    number = kernel('shmget', 0, 1 << 20, 0o1600)
                    kernel('shmctl', number, 0, 0)
                    got('a segment')
                    """#,
                #"""
                for _ in range(100):
                    attempt('shmget', lambda: kernel('shmget', 0, 1 << 20, 0o1600), errno.EPERM)
                attempt('shmat', lambda: kernel('shmat', 0, 0, 0), errno.EPERM)
                attempt('msgget', lambda: kernel('msgget', 0, 0o1600), errno.EPERM)
                attempt('semget', lambda: kernel('semget', 0, 100, 0o1600), errno.EPERM)
                attempt('mq_open', lambda: kernel('mq_open', b'x', 0o102, 0o600, 0), errno.EPERM)
                """#)),
        HostileItem(
            64, "memory through memfd",
            HostileProbe(
                .refused("memfd_create"),
                #"""
                attempt('memfd', lambda: os.ftruncate(kernel('memfd_create', b'x', 0), 1 << 20), errno.EPERM)
                if INSIDE:
                    attempt('memfd_secret', lambda: kernel('memfd_secret', 0), errno.EPERM, errno.ENOSYS)
                """#)),
        HostileItem(
            65, "memory through pipes, and larger ones",
            HostileProbe(
                .refused("fcntl", "vmsplice", "tee", "splice"),
                #"""
                pipes, held = [], 0
                try:
                    for _ in range(2000 if INSIDE else 10):
                        pipes.append(os.pipe2(os.O_NONBLOCK))
                        attempt('a larger pipe', lambda: kernel('fcntl', pipes[-1][1], 1031, 1 << 20), errno.EPERM)
                        try:
                            while True:
                                held += os.write(pipes[-1][1], bytes(65536))
                        except BlockingIOError:
                            pass
                        if INSIDE and held > 64 * 65536:
                            got(held)
                            break
                except OSError as error:
                    assert error.errno == errno.EMFILE, error
                for pair in pipes[1:]:
                    os.close(pair[0])
                    os.close(pair[1])
                if INSIDE:
                    attempt('vmsplice', lambda: kernel('vmsplice', pipes[0][1], bytes(16), 1, 8), errno.EPERM)
                    attempt('tee', lambda: kernel('tee', pipes[0][0], pipes[0][1], 1, 0), errno.EPERM)
                    attempt('splice', lambda: kernel('splice', pipes[0][0], 0, pipes[0][1], 0, 1, 0), errno.EPERM)
                """#)),
        HostileItem(
            66, "MAP_POPULATE, mlock, huge reservations",
            HostileProbe(
                .refused("mlock", "mlock2", "mlockall"), rehearsal: .memory,
                #"""
                import mmap
                anonymous = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
                for size in (1 << 40, 1 << 44) if INSIDE else (1 << 33,):
                    for flags in (0, 0x4000, 0x8000) if INSIDE else (0x4000,):  # MAP_NORESERVE, MAP_POPULATE
                        attempt('a reservation', lambda: mmap.mmap(-1, size, flags=anonymous | flags), errno.ENOMEM)
                page = mmap.mmap(-1, 4096)
                where = ctypes.addressof(ctypes.c_char.from_buffer(page))
                attempt('mlock', lambda: kernel('mlock', where, 4096), errno.EPERM)
                attempt('mlock2', lambda: kernel('mlock2', where, 4096, 0), errno.EPERM)
                attempt('mlockall', lambda: kernel('mlockall', 3 if INSIDE else 2), errno.EPERM)
                if INSIDE:
                    attempt('MAP_LOCKED', lambda: mmap.mmap(-1, 1 << 20, flags=anonymous | 0x2000), errno.EPERM, errno.EAGAIN)
                    attempt('a huge page', lambda: mmap.mmap(-1, 1 << 30, flags=anonymous | 0x40000))
                """#)),
        HostileItem(
            67, "page tables: a byte in each 2 MiB of 1 TiB",
            HostileProbe(
                .refused(),
                outside: #"""
                    import mmap
                    area = mmap.mmap(-1, 1 << 34, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
                    for at in range(0, 1 << 34, 1 << 28):
                        area[at] = 1
                    got('page tables')
                    """#,
                #"""
                import mmap
                attempt('1 TiB', lambda: mmap.mmap(-1, 1 << 40, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000), errno.ENOMEM)
                attempt('PROT_NONE', lambda: mmap.mmap(-1, 1 << 40, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, prot=0),
                        errno.ENOMEM)
                # The same file over and over: each mapping takes address space, so the sum is bounded.
                with open('sparse', 'wb') as file:
                    file.truncate(32 << 20)
                held = []
                with open('sparse', 'r+b') as file:
                    try:
                        while len(held) < 1000:
                            area = mmap.mmap(file.fileno(), 32 << 20)
                            area[0] = 1
                            held.append(area)
                    except OSError as error:
                        assert error.errno == errno.ENOMEM, error
                if len(held) > 20:
                    got(len(held))
                """#),
            // One page in each GiB: 8 KiB of tables for 4 KiB of address space.
            HostileProbe(
                .limit("memory"), limits: ["memory=256MiB"],
                outside: #"""
                    import mmap
                    area = mmap.mmap(-1, 1 << 36, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
                    for at in range(0, 1 << 36, 1 << 30):
                        area[at] = 1
                    got('page tables')
                    """#,
                #"""
                import time
                libc.mmap.restype = ctypes.c_void_p
                libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
                for place in range(1, 60000):
                    page = libc.mmap(place << 30, 4096, 3, 0x100022, -1, 0)
                    if page == place << 30:
                        ctypes.c_char.from_address(page).value = b'x'
                time.sleep(9)  # the host looks now and then
                got('page tables')
                """#)),
    ]

    private static func bomb(_ script: String) -> HostileProbe {
        HostileProbe(
            .limit("memory"), limits: ["memory=128MiB"], rehearsal: .memory,
            outside: "held = bytearray(300 << 20); got(len(held))", script)
    }
}
