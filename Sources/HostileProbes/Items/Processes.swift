/// Making processes, outliving the run, signalling others.
extension HostileItem {
    static let processes: [HostileItem] = [
        HostileItem(
            17, "fork beyond the limit",
            HostileProbe(
                .refused("clone"),
                #"""
                def child():
                    if os.fork() == 0:
                        os._exit(0)
                for _ in range(20):
                    attempt('fork', child, errno.EAGAIN)
                """#)),
        HostileItem(
            18, "fork bomb",
            HostileProbe(
                .limit("processes"), outside: "got('fork') if os.fork() else os._exit(0)",
                #"""
                # Each child ends at once: with nothing to hold it back this would be one process more, and no bomb.
                while True:
                    try:
                        if os.fork() == 0:
                            os._exit(0)
                    except OSError:
                        continue
                    got('fork')
                    break
                """#)),
        HostileItem(
            19, "thread bomb",
            HostileProbe(
                .refused("clone"),
                #"""
                import _thread, time
                for _ in range(20):
                    try:
                        _thread.start_new_thread(lambda: None, ())
                        got('a thread')
                    except RuntimeError as error:
                        assert str(error) == "can't start new thread", error
                """#),
            HostileProbe(
                .limit("processes"),
                #"""
                import _thread
                for _ in range(10000 if INSIDE else 10):
                    try:
                        _thread.start_new_thread(lambda: None, ())
                        got('a thread')
                    except RuntimeError:
                        pass
                """#)),
        HostileItem(
            20, "double fork and a session of its own",
            HostileProbe(
                .refused("clone", "setsid"),
                #"""
                def daemon():
                    if os.fork() == 0:
                        os.setsid()
                        if os.fork() == 0 and OTHERS:
                            import time
                            time.sleep(9)  # whether it outlives its sandbox
                        os._exit(0)
                if OTHERS:
                    daemon()
                    sys.exit()
                attempt('fork', daemon, errno.EAGAIN)
                if INSIDE:
                    attempt('setsid', os.setsid, errno.EPERM)
                """#)),
        HostileItem(
            21, "ignore the signals that end it",
            HostileProbe(
                .limit("cpu"), limits: ["cpu=300ms"],
                outside: #"""
                    import signal, time
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    os.kill(os.getpid(), signal.SIGTERM)
                    got('it lives')
                    """#,
                #"""
                import signal, time
                for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
                    signal.signal(number, signal.SIG_IGN)
                while time.process_time() < 60:
                    pass
                got('it lives')
                """#)),
        HostileItem(
            22, "SIGSTOP to itself, its parent, its group",
            HostileProbe(
                .limit("wall"), limits: ["wall=300ms"], rehearsal: .signals,
                outside: #"""
                    import signal
                    os.kill(VICTIM, signal.SIGSTOP)
                    os.kill(VICTIM, signal.SIGCONT)
                    got('a stop')
                    """#,
                #"""
                import signal, time
                for target in (os.getpid(), os.getppid(), 0, -1, -os.getpgrp()):
                    attempt('stop', lambda: os.kill(target, signal.SIGSTOP), errno.EPERM)
                time.sleep(60)
                got('it lives')
                """#)),
        HostileItem(
            23, "zombie storm",
            HostileProbe(
                .refused("clone", "fork", "vfork"),
                #"""
                for call in ('fork', 'vfork') if INSIDE else ('fork',):
                    for _ in range(20 if INSIDE else 5):
                        def child():
                            if kernel(call) == 0:
                                os._exit(0)
                        attempt(call, child, errno.EAGAIN)
                try:
                    if os.fork() == 0:
                        os._exit(0)
                except OSError:
                    pass
                """#)),
        HostileItem(
            24, "signal everything, init, guesses of host processes",
            HostileProbe(
                .refused("kill", "tgkill", "tkill", "pidfd_open", "pidfd_send_signal", "rt_sigqueueinfo"),
                rehearsal: .signals,
                #"""
                import signal
                targets = (VICTIM, 1, 2, -1, os.getppid(), 4194303) if INSIDE else (VICTIM,)
                for target in targets:
                    for number in (0, signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM) if INSIDE else (0,):
                        attempt('kill', lambda: os.kill(target, number), errno.EPERM)
                        attempt('tgkill', lambda: kernel('tgkill', target, target, number), errno.EPERM)
                        attempt('tkill', lambda: kernel('tkill', target, number), errno.EPERM)
                        attempt('queue', lambda: kernel('rt_sigqueueinfo', target, number, bytes(8) + b'\xff' * 4 + bytes(116)), errno.EPERM)
                attempt('pidfd', lambda: kernel('pidfd_open', VICTIM, 0), errno.EPERM)
                # A signal of the kernel's, sent to whom the script names: F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE.
                readable, writable = os.pipe()
                attempt('an owner', lambda: kernel('fcntl', readable, 8, VICTIM), errno.EPERM)
                attempt('a signal', lambda: kernel('fcntl', readable, 10, 9 if INSIDE else 0), errno.EPERM)
                if INSIDE:
                    attempt('an owner', lambda: kernel('fcntl', readable, 15, bytes(8)), errno.EPERM)
                    attempt('an owner', lambda: kernel('ioctl', readable, 0x8901, bytes(8)), errno.EPERM)
                    attempt('signals', lambda: kernel('ioctl', readable, 0x5452, b'\1' + bytes(7)), errno.EPERM)
                    attempt('signal a pidfd', lambda: kernel('pidfd_send_signal', 3, 9, 0, 0), errno.EPERM)
                """#)),
        HostileItem(
            25, "end, stop, starve the launcher, init, the broker",
            HostileProbe(
                .refused("kill", "prlimit64", "setpriority", "sched_setaffinity", "ioprio_set"), rehearsal: .signals,
                #"""
                import signal
                target = os.getppid() if INSIDE else VICTIM
                for number in (signal.SIGSTOP, signal.SIGKILL, signal.SIGTERM) if INSIDE else (signal.SIGCONT,):
                    attempt('signal', lambda: os.kill(target, number), errno.EPERM)
                attempt('limits', lambda: kernel('prlimit64', target, 7, (16).to_bytes(8, 'little') * 2, 0), errno.EPERM)
                attempt('priority', lambda: kernel('setpriority', 0, target, 19), errno.EPERM)
                attempt('processors', lambda: kernel('sched_setaffinity', target, 8, b'\1' + bytes(7)), errno.EPERM)
                attempt('disk priority', lambda: kernel('ioprio_set', 1, target, 3 << 13), errno.EPERM)
                """#),
            // Init answers each refused call: it has to hear the host all the same.
            HostileProbe(
                .limit("wall"), limits: ["wall=300ms"], rehearsal: .signals,
                outside: "kernel('setpriority', 0, VICTIM, 19); got('init has work')",
                #"""
                call, number = libc.syscall, ctypes.c_long(NUMBERS['sched_setaffinity'])
                while True:
                    call(number)
                """#)),
    ]

    static let otherProcesses: [HostileItem] = [
        HostileItem(
            26, "ptrace: traceme, attach, seize",
            HostileProbe(.killed("ptrace"), "kernel('ptrace', 0, 0, 0, 0); got('traceme')"),
            HostileProbe(
                .killed("ptrace"), rehearsal: .call("ptrace", "0, 0, 0, 0"), outside: tracing,
                "kernel('ptrace', 16, os.getppid(), 0, 0); got('attach')"),
            HostileProbe(.killed("ptrace"), outside: tracing, "kernel('ptrace', 0x4206, VICTIM, 0, 0); got('seize')")),
        HostileItem(
            27, "process_vm_readv, process_vm_writev", vector("process_vm_readv"), vector("process_vm_writev")),
        HostileItem(
            28, "pidfd_getfd on the parent",
            HostileProbe(
                .killed("pidfd_getfd"),
                outside: "kernel('pidfd_getfd', kernel('pidfd_open', os.getpid(), 0), 0, 0); got('a descriptor')",
                #"""
                if OTHERS:
                    kernel('pidfd_getfd', kernel('pidfd_open', os.getppid(), 0), 0, 0)
                    got('a descriptor')
                attempt('pidfd', lambda: kernel('pidfd_open', os.getppid(), 0), errno.EPERM)
                for descriptor in range(5):
                    kernel('pidfd_getfd', descriptor, 0, 0)
                    got('a descriptor')
                """#)),
        HostileItem(
            29, "kcmp",
            HostileProbe(.killed("kcmp"), "kernel('kcmp', os.getpid(), os.getpid(), 0, 0, 1); got('kcmp')")),
    ]

    private static let tracing = #"""
        import signal
        child = os.fork()
        if child == 0:
            signal.pause()
        kernel('ptrace', 0x4206, child, 0, 0)
        kernel('ptrace', 0x4207, child, 0, 0)
        os.kill(child, signal.SIGKILL)
        got('a process')
        """#

    private static func vector(_ call: String) -> HostileProbe {
        HostileProbe(
            .killed(call),
            #"""
            import struct
            buffer, other = ctypes.create_string_buffer(16), ctypes.create_string_buffer(16)
            mine = struct.pack('<QQ', ctypes.addressof(buffer), 16)
            """# + "\nkernel('\(call)', os.getpid(), mine, 1, struct.pack('<QQ', ctypes.addressof(other), 16), 1, 0)\n"
                + "got('memory')")
    }
}
