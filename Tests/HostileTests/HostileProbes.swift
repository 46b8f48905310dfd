import AirlockTesting
import Foundation

/// What the probes reach for: planted on the host for one test.
struct Bait {
    let file: String
    let port: UInt16
    let victim: Child
    private let listener: Int32

    /// - Parameter identity: who runs the sandbox; file and process belong to the identity that its scripts have outside.
    init(for identity: BuiltBinary.Identity) throws {
        file = "/var/tmp/airlock-canary-\(getpid())-\(UInt32.random(in: .min ... .max))"
        try "BREACH".write(toFile: file, atomically: true, encoding: .utf8)
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = socket
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(socket, generic, length) == 0 && listen(socket, 16) == 0
                    && getsockname(socket, generic, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        let owner = identity.scriptOwner
        guard chown(file, owner, owner) == 0 else { throw POSIXError(.EPERM) }
        let drop = geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=\(owner)", "--clear-groups"] : []
        victim = try Child(drop + ["/usr/bin/sleep", "300"], environment: [:])
    }

    /// Writes the file anew, under the same owner.
    func restore() throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data("BREACH".utf8))
        try handle.close()
    }

    func remove() {
        victim.signal(SIGKILL)
        _ = victim.wait()
        close(listener)
        unlink(file)
    }
}

extension HostileProbe {
    static func all(_ bait: Bait) -> [HostileProbe] {
        [
            network(bait), hostFile(bait), hostEnvironment, forkBomb, memoryBomb, cpuBurn, sleeper, outputFlood,
            diskBomb, hiddenFiles, killer(bait), tracer, modes(bait),
        ]
    }

    static func network(_ bait: Bait) -> HostileProbe {
        HostileProbe(
            "network",
            outside: "import socket; socket.create_connection(('127.0.0.1', \(bait.port))); print('BREACH')",
            expected: .init(status: "failed", refused: "socket"))
    }

    static func hostFile(_ bait: Bait) -> HostileProbe {
        HostileProbe(
            "host file", outside: "print(open('\(bait.file)').read()); open('\(bait.file)', 'a').write('x')",
            inside: """
                for attempt in (lambda: open('\(bait.file)').read(), lambda: open('\(bait.file)', 'w'),
                                lambda: open('/etc/passwd').read(), lambda: open('/usr/airlock-canary', 'w')):
                    try:
                        attempt()
                        print('BREACH')
                    except OSError:
                        pass
                """,
            expected: .init(status: "succeeded"))
    }

    /// The binary is run with the variable set, so that there is something to leak.
    static let secretVariable = "AIRLOCK_TEST_SECRET"

    static var hostEnvironment: HostileProbe {
        HostileProbe(
            "host environment",
            outside: "import os; print(os.environ['\(secretVariable)'])",
            inside: """
                import os
                text = repr(dict(os.environ)) + repr(os.environb)
                for path in ('/proc/self/environ', '/proc/1/environ', '/proc/2/environ'):
                    try:
                        text += open(path).read()
                    except OSError:
                        pass
                print(text)
                assert set(os.environ) <= {'HOME', 'TMPDIR', 'LANG', 'TZ', 'LC_CTYPE'}, os.environ
                """,
            expected: .init(status: "succeeded"))
    }

    static var forkBomb: HostileProbe {
        HostileProbe(
            "fork bomb", outside: "import os; print('BREACH' if os.fork() else '')",
            inside: """
                import os
                while True:
                    try:
                        os.fork()
                        print('BREACH', flush=True)
                    except OSError:
                        pass
                """,
            expected: .init(status: "limit_exceeded", limit: "processes", refused: "clone"))
    }

    static var memoryBomb: HostileProbe {
        HostileProbe(
            "memory bomb", outside: "data = bytearray(300 << 20); print('BREACH')",
            limits: ["memory=200MiB"], expected: .init(status: "limit_exceeded", limit: "memory"))
    }

    static var cpuBurn: HostileProbe {
        HostileProbe(
            "CPU burn", outside: "import time\nwhile time.process_time() < 0.4: pass\nprint('BREACH')",
            inside: """
                import signal, time
                for number in (signal.SIGXCPU, signal.SIGTERM, signal.SIGALRM):
                    signal.signal(number, signal.SIG_IGN)
                while time.process_time() < 60: pass
                print('BREACH')
                """,
            limits: ["cpu=300ms"], expected: .init(status: "limit_exceeded", limit: "cpu"))
    }

    static var sleeper: HostileProbe {
        HostileProbe(
            "sleep", outside: "import time; time.sleep(0.01); print('BREACH')",
            inside: "import time; time.sleep(600); print('BREACH')",
            limits: ["wall=300ms"], expected: .init(status: "limit_exceeded", limit: "wall"))
    }

    static var outputFlood: HostileProbe {
        HostileProbe(
            "output flood", outside: "import sys; sys.stdout.write('x' * (2 << 20)); print('BREACH')",
            inside: "import sys\nwhile True: sys.stdout.write('x' * 100000)",
            limits: ["output=1MiB"], expected: .init(status: "limit_exceeded", limit: "output"))
    }

    static var diskBomb: HostileProbe {
        HostileProbe(
            "disk bomb",
            outside: """
                import tempfile
                with tempfile.TemporaryFile() as file:
                    for _ in range(4): file.write(b'x' * (1 << 20))
                print('BREACH')
                """,
            inside: """
                for index in range(64):
                    with open(f'bomb-{index}', 'wb') as file: file.write(b'x' * (1 << 20))
                import time
                time.sleep(20)  # where the host has to look at the directory, it gets the time
                print('BREACH')
                """,
            limits: ["disk=2MiB"], expected: .init(status: "limit_exceeded", limit: "disk"))
    }

    /// Files without a name, open or mapped only: in a tmpfs they count of themselves, on the host they have to be found.
    static var hiddenFiles: HostileProbe {
        HostileProbe(
            "disk bomb without names",
            outside: """
                import os, tempfile
                file = tempfile.NamedTemporaryFile()
                os.unlink(file.name)
                file.write(b'x' * (1 << 20))
                print('BREACH', flush=True)
                os._exit(0)
                """,
            inside: """
                import mmap, os, time
                held = []
                for index in range(16):
                    name = f'hidden-{index}'
                    file = os.open(name, os.O_CREAT | os.O_RDWR)
                    os.unlink(name)
                    os.write(file, b'x' * (1 << 20))
                    if index % 2:
                        held.append(mmap.mmap(file, 1 << 20))
                        os.close(file)
                time.sleep(20)  # where the host has to look, it gets the time
                print('BREACH')
                """,
            limits: ["disk=4MiB"], expected: .init(status: "limit_exceeded", limit: "disk"))
    }

    static func killer(_ bait: Bait) -> HostileProbe {
        let victim = bait.victim.pid
        return HostileProbe(
            "kill another process", outside: "import os; os.kill(\(victim), 0); print('BREACH')",
            inside: """
                import os, signal
                for pid in (\(victim), 1, -1, os.getppid()):
                    for number in (0, signal.SIGKILL):
                        try:
                            os.kill(pid, number)
                            print('BREACH')
                        except OSError:
                            pass
                """,
            expected: .init(status: "succeeded", refused: "kill"))
    }

    /// Modes and times lie outside of what Landlock covers (landlock(7), "Current limitations").
    static func modes(_ bait: Bait) -> HostileProbe {
        HostileProbe(
            "modes of a host file",
            outside: "import os; os.chmod('\(bait.file)', 0o600); os.utime('\(bait.file)', (1, 1)); print('BREACH')",
            inside: """
                import os
                for attempt in (lambda: os.chmod('\(bait.file)', 0o666), lambda: os.utime('\(bait.file)', (2, 2)),
                                lambda: os.truncate('\(bait.file)', 0), lambda: os.unlink('\(bait.file)'),
                                lambda: os.rename('\(bait.file)', 'mine'), lambda: os.symlink('x', '\(bait.file)x')):
                    try:
                        attempt()
                        print('BREACH')
                    except OSError:
                        pass
                try:  # a set-user-id file in the scratch directory must be of no use: nosuid, or not made at all
                    os.close(os.open('setuid', os.O_CREAT | os.O_WRONLY, 0o6755))
                    print('made' if os.statvfs('.').f_flag & 2 else 'BREACH')
                except OSError:
                    pass
                """,
            expected: .init(status: "succeeded"))
    }

    static var tracer: HostileProbe {
        HostileProbe(
            "ptrace",
            outside: "import ctypes; print('BREACH' if ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0 else '')",
            expected: .init(status: "denied", syscall: "ptrace", refused: "ptrace"))
    }
}
