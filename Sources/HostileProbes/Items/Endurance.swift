/// Time, and output without end.
extension HostileItem {
    static let endurance: [HostileItem] = [
        HostileItem(
            70, "output flood: stdout, stderr, both, one line, no line",
            flood("while True: os.write(1, b'x' * 65536)"),
            flood("while True: os.write(2, b'x\\n' * 32768)"),
            flood("while True:\n    for number in (1, 2): os.write(number, b'x' * 65536)"),
            flood("sys.stdout.write('x' * (100 << 20))"),
            flood("while True: print(end='x')")),
        HostileItem(
            71, "write nothing and never end; close stdout and go on",
            HostileProbe(
                .limit("wall"), limits: ["wall=300ms"], outside: "import time; time.sleep(0.01); got('time')",
                #"""
                import time
                os.close(1)
                os.close(2)
                sys.stdout = sys.stderr = None
                for descriptor in (0, 3, 4):
                    os.close(descriptor)
                while True:
                    time.sleep(0.01)
                """#)),
        HostileItem(
            72, "CPU burn in C code that holds the interpreter's lock",
            burn("sum(range(1 << 60))"), burn("pow(3, 1 << 40)"), burn("import re; re.match('(x+x+)+y', 'x' * 60)")),
        HostileItem(
            73, "sleep past the limit, play with clocks and alarms",
            HostileProbe(
                .limit("wall"), limits: ["wall=300ms"], outside: "import time; time.sleep(0.01); got('time')",
                #"""
                import select, signal, time
                attempt('the clock', lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)), errno.EPERM)
                signal.signal(signal.SIGALRM, lambda *_: signal.setitimer(signal.ITIMER_REAL, 0.001))
                signal.setitimer(signal.ITIMER_REAL, 0.001)
                end = time.monotonic() + 9
                while time.monotonic() < end:
                    select.select([], [], [], 5)
                got('9 seconds')
                """#),
            HostileProbe(
                .killed("clock_settime"),
                rehearsal: Rehearsal(
                    .killed("clock_settime"),
                    "import time; time.clock_settime_ns(time.CLOCK_MONOTONIC, 0); got('a clock')"),
                outside: #"""
                    import time
                    try:
                        time.clock_settime_ns(time.CLOCK_MONOTONIC, 0)
                    except OSError as error:
                        assert error.errno == errno.EINVAL  # the kernel was asked, and has no such clock to set
                        got('the clock')
                    """#,
                "import time; time.clock_settime(time.CLOCK_REALTIME, 0); got('the clock')")),
    ]

    private static func flood(_ script: String) -> HostileProbe {
        HostileProbe(
            .limit("output"), limits: ["output=1MiB"], rehearsal: .output,
            outside: "print('x' * (2 << 20)); got('2 MiB')",
            "\n" + script)
    }

    private static func burn(_ script: String) -> HostileProbe {
        HostileProbe(
            .limit("cpu"), limits: ["cpu=300ms"],
            outside: "import time\nwhile time.process_time() < 0.4: pass\ngot('0.4 s')", script + "\ngot('the end')")
    }
}
