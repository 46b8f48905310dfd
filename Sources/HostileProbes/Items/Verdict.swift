/// Lying about the end, breaking what reports it, watching others.
extension HostileItem {
    static let verdict: [HostileItem] = [
        HostileItem(
            85, "break the interpreter and the harness, claim success",
            broken(code: 3, "sys.modules.clear(); os._exit(3)"),
            broken(
                code: 3,
                #"""
                import airlock, airlock_channel
                airlock.result({'status': 'succeeded', 'exit_code': 0})
                airlock_channel.notify('log', {'level': 'info', 'message': '{"status":"succeeded"}'})
                print('{"status":"succeeded"}')
                raise SystemExit(3)
                """#),
            broken(
                code: nil, signal: "SIGSEGV",
                #"""
                import ctypes
                where = id(sys.modules['airlock_channel'])
                ctypes.memset(where, 0xff, 4096)
                ctypes.memset(id(os), 0xff, 1 << 16)
                ctypes.string_at(0)
                """#),
            broken(
                code: 4,
                #"""
                import atexit, builtins, gc
                atexit.register(lambda: os._exit(4))
                gc.disable()
                sys.excepthook = lambda *_: None
                builtins.__dict__.pop('print')
                raise RuntimeError('hidden')
                """#),
            broken(
                code: 1,
                #"""
                import airlock_channel
                airlock_channel._finish = airlock_channel.notify = None
                sys.modules['airlock_failure'] = None
                sys.stdout = sys.stderr = None
                1 / 0
                """#)),
        HostileItem(
            86, "crash: SIGSEGV, abort, stack overflow, core dump",
            crash("SIGSEGV", "import ctypes; ctypes.string_at(0)"),
            crash(
                "SIGSEGV",
                "if sys.version_info >= (3, 12): lacks('a stack that Python code can exhaust')\nsys.setrecursionlimit(1 << 30)\nclass X: __getattr__ = lambda s, n: getattr(s, n)\nf = lambda: f()\nexec('f = lambda *a: list(map(f, [1]))\\nf()')"
            ),
            crash(
                "SIGSEGV",
                "import resource; assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)\nos.abort()"),
            crash("SIGILL", "import signal, ctypes; jump(gadget(b'\\x0f\\x0b'))")),
        HostileItem(
            87, "watch others: locks, load, inotify, fanotify",
            gapInFull: Gap(
                "record locks on the shared standard library can be seen by other runs; sysinfo shows load and memory"),
            HostileProbe(
                .refused("flock", "inotify_init1", "fanotify_init"),
                #"""
                import fcntl
                path = os.__file__ if INSIDE else FILE
                file = open(path, 'rb')
                attempt('flock', lambda: fcntl.flock(file, fcntl.LOCK_SH), errno.EPERM)
                attempt('inotify', lambda: os.close(kernel('inotify_init1', 0)), errno.EPERM)
                if INSIDE:
                    attempt('fanotify', lambda: kernel('fanotify_init', 0, 0), errno.EPERM)
                    attempt('an open file description lock', lambda: fcntl.fcntl(file, 37, bytes(32)), errno.EPERM)
                    attempt('a lease', lambda: fcntl.fcntl(file, 1024, 0), errno.EPERM)
                    attempt('dnotify', lambda: fcntl.fcntl(file, 1026, 1), errno.EPERM)
                    for path in ('/proc/locks', '/proc/loadavg', '/proc/stat', '/proc/uptime'):
                        attempt(path, lambda: opened(path), errno.ENOENT, errno.EACCES)
                attempt('a record lock', lambda: fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB), known_in=('full', 'portable'))
                attempt('the load', os.getloadavg, known_in=('full', 'portable'))
                """#)),
        HostileItem(
            88, "carry state from run to run: random numbers, names, hashes",
            HostileProbe(
                .contained, isRepeated: true,
                outside:
                    "import random; random.seed(1); one = random.random(); random.seed(1); got(one) if one == random.random() else None",
                #"""
                import random, ssl, tempfile, uuid
                values = {
                    'random': random.random(), 'hash': hash('x'), 'urandom': os.urandom(8).hex(), 'uuid': uuid.uuid4(),
                    'openssl': ssl.RAND_bytes(8).hex(), 'name': next(tempfile._get_candidate_names()),
                }
                for name, value in values.items():
                    print('VALUE', name, value)
                """#)),
    ]

    private static func broken(code: Int?, signal: String? = nil, _ script: String) -> HostileProbe {
        HostileProbe(
            .failed(signal: signal, code: code), outside: "print('status: succeeded'); got('a claim')", "\n" + script)
    }

    private static func crash(_ signal: String, _ script: String) -> HostileProbe {
        HostileProbe(
            .failed(signal: signal, code: nil),
            outside: "import signal\ngot('a crash') if in_child(lambda: os.kill(os.getpid(), 11)) == -11 else None",
            script)
    }
}
