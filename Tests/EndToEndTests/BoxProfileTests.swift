import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// The profile `box`, through the built binary: a shell and its tools, within bounds that hold for all processes.
@Suite(.serialized, .timeLimit(.minutes(10))) struct BoxProfileTests {
    /// Prints what a shell's line does: its exit code, standard output and standard error.
    private static func shell(_ line: String, program: String = "sh") -> String {
        """
        import subprocess
        done = subprocess.run(['\(program)', '-c', \(JSONValue.string(line).json)], capture_output=True, text=True)
        print(done.returncode, done.stdout + done.stderr, end='')
        """
    }

    @Test(arguments: [
        ("ls -d /usr/bin /tmp /dev | wc -l", "0 3"),
        ("printf 'b\\na\\nb\\n' | sort | uniq -c | sort -rn | head -1 | awk '{print $2, $1}'", "0 b 2"),
        ("seq 200000 | sort -R | sort -n --parallel=4 | tail -1", "0 200000"), ("(exit 3); echo $?", "0 3"),
        (
            "cd /tmp && mkdir -p a/b && echo x > a/b/c && find . -name c | xargs cat && rm -r a && ls -A | wc -l",
            "0 x\n0"
        ),
        ("echo lost > /dev/null && head -c 4 /dev/zero | od -An -tx1", "0  00 00 00 00"),
        ("timeout 0.2 sleep 60; echo $?", "0 124"),
        ("exec 2> /dev/null; sleep 60 & kill $! && wait $!; echo $?", "0 143"),
        ("trap 'echo caught' USR1; kill -USR1 $$; echo after", "0 caught\nafter"),
        ("seq 3 > n && sed -i 's/.*/&!/' n && cp -p n m && mv m o && install -m 600 o p && cat p", "0 1!\n2!\n3!"),
        ("id -u; umask", "0 1000\n0077"),
    ])
    func shellsAndToolsWork(line: String, expected: String) throws {
        let run = try ProfileRun(Self.shell(line), profile: "box")
        #expect(run.status == "succeeded", run.facts)
        #expect(run.said.trimmingCharacters(in: .newlines) == expected, run.facts)
        #expect(run.result["isolation"]?["profile"] == "box")
    }

    /// Forks while children end, which is when a signal could break one off.
    @Test func longPipelinesAreSteady() throws {
        let run = try ProfileRun(
            Self.shell(
                "n=0; while [ $n -lt 150 ]; do n=$((n+1)); echo $n | cat | cat | cat >> all || exit 9; done; wc -l < all"
            ),
            profile: "box", limits: ["wall=60s", "cpu=60s"])
        #expect(run.said == "0 150\n", run.facts)
    }

    @Test func whatItShowsIsAListAndReadOnly() throws {
        let script = """
            import os
            print(sorted(os.listdir('/')), sorted(os.listdir('/etc')), sorted(os.listdir('/dev')))
            print(sorted(set(os.listdir('/usr')) - {'bin', 'lib', 'lib64', 'libexec', 'local', 'share'}))
            for path in ('/usr/bin/x', '/etc/passwd', '/dev/x', '/airlock/x', '/x'):
                try:
                    open(path, 'w')
                    print('BREACH', path)
                except OSError:
                    pass
            for path in ('/proc/self/status', '/sys', '/home', '/root', '/var', '/etc/hostname', '/run'):
                if os.path.exists(path):
                    print('BREACH', path)
            """
        let run = try ProfileRun(script, profile: "box")
        #expect(run.status == "succeeded", run.facts)
        #expect(!run.said.contains("BREACH"), run.facts)
        #expect(run.said.contains("['alternatives'] ['null', 'random', 'urandom', 'zero']"), run.facts)
        #expect(run.said.hasSuffix("[]\n"), run.facts)
    }

    @Test(arguments: [
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        "import os\nwhile True: os.fork()",
        "import subprocess\nsubprocess.run(['bash', '-c', ':(){ :|:& };:; wait; sleep 60'])",
        "import os, time\nfor _ in range(100):\n    if os.fork() == 0: time.sleep(60)",
    ])
    func aForkBombMeetsTheLimit(script: String) throws {
        let run = try ProfileRun(script, profile: "box", limits: ["processes=30", "wall=20s"])
        #expect(run.status == "limit_exceeded", run.facts)
        #expect(run.limit == "processes", run.facts)
        #expect(run.result["usage"]?["wall_ms"]?.doubleValue ?? .infinity < 10_000, run.facts)
    }

    /// Init, one more than the limit, and a fork that each of them is in the midst of.
    @Test func theKernelGrantsTwiceTheLimit() throws {
        let run = try ProfileRun(
            "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC))", profile: "box",
            limits: ["processes=30"])
        #expect(run.said == "(62, 62)\n", run.facts)
    }

    @Test(arguments: [(8, "limit_exceeded"), (2, "succeeded")])
    func memoryIsThatOfAllProcesses(count: Int, status: String) throws {
        let script = """
            import os, time
            children = []
            for _ in range(\(count)):
                child = os.fork()
                if child == 0:
                    held = bytearray(60 << 20)
                    time.sleep(\(count == 2 ? 0.5 : 60))
                    os._exit(0)
                children.append(child)
            for child in children:
                os.waitpid(child, 0)
            """
        let run = try ProfileRun(script, profile: "box", limits: ["memory=256MiB", "wall=20s"])
        #expect(run.status == status, run.facts)
        #expect(run.limit == (status == "succeeded" ? nil : "memory"), run.facts)
    }

    /// Also that of processes whose parent ended, and of those that ended and were waited for.
    @Test(arguments: [
        "import os\nfor _ in range(3): os.fork()\nwhile True: pass",
        "import os\nif os.fork() == 0:\n    if os.fork() == 0:\n        while True: pass\n    os._exit(0)\nos.wait()\nimport time\ntime.sleep(60)",
        "import subprocess\nwhile True: subprocess.run(['sh', '-c', 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done'])",
    ])
    func cpuTimeIsThatOfAllProcesses(script: String) throws {
        let run = try ProfileRun(script, profile: "box", limits: ["cpu=600ms", "wall=20s"])
        #expect(run.limit == "cpu", run.facts)
        #expect(run.result["usage"]?["user_cpu_ms"]?.doubleValue ?? .infinity < 5000, run.facts)
    }

    @Test func aDaemonDiesWithTheRun() throws {
        let token = "airlock-daemon-\(UInt32.random(in: .min ... .max))"
        let script = """
            import os
            # Closed by the exec: the end of the pipe says that the daemon is another program now.
            told, tell = os.pipe()
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.write(tell, str(os.getpid()).encode())
                    os.execv('/usr/bin/sleep', ['\(token)', '600'])
                os._exit(0)
            os.close(tell)
            os.wait()
            daemon = os.read(told, 20)
            assert os.read(told, 1) == b''
            os.kill(int(daemon), 0)
            print('left')
            """
        let run = try ProfileRun(script, profile: "box")
        #expect(run.said == "left\n", run.facts)
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let left = processes.filter { name in
            Int(name) != nil
                && (try? String(contentsOfFile: "/proc/\(name)/cmdline", encoding: .utf8))?.contains(token) == true
        }
        #expect(left.isEmpty)
    }

    @Test func thereIsNoNetwork() throws {
        let script = """
            import socket, subprocess
            for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
                try:
                    socket.socket(family)
                    print('BREACH', family)
                except PermissionError:
                    pass
            print(subprocess.run(['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/22'], capture_output=True).returncode)
            """
        let run = try ProfileRun(script, profile: "box")
        #expect(run.said == "1\n", run.facts)
        #expect(run.result["usage"]?["refused_syscalls"]?["socket"]?.intValue ?? 0 >= 4)
    }

    /// The shell that `su` would start says whose it is; outside, root's needs no password.
    @Test(.enabled(if: access("/usr/bin/su", X_OK) == 0, "the host has no su"))
    func setUserIDBitsGiveNothing() throws {
        let run = try ProfileRun(
            Self.shell("ls -l /usr/bin/su | cut -c4; su root -c 'id -u; echo BREACH' < /dev/null; echo $?"),
            profile: "box")
        #expect(run.said.hasPrefix("0 s"), run.facts)
        #expect(!run.said.contains("BREACH"), run.facts)
    }

    @Test func whatWasWrittenCannotBeExecuted() throws {
        let script = Self.shell(
            "cp /usr/bin/true t && chmod +x t && ./t; echo $?; printf '#!/bin/sh\\necho BREACH\\n' > s; chmod +x s; ./s; echo $?; sh s"
        )
        let run = try ProfileRun(script, profile: "box")
        #expect(run.said.components(separatedBy: "126").count == 3, run.facts)
        // What interprets it is a program of the view, so that is no more than the script itself can do.
        #expect(run.said.components(separatedBy: "BREACH").count == 2, run.facts)
    }

    @Test(arguments: [
        ("ptrace", "libc.ptrace(0, 0, 0, 0)"), ("mount", "libc.mount(b'x', b'/tmp', b'tmpfs', 0, 0)"),
        ("unshare", "libc.unshare(0x10000000)"),
    ])
    func aProcessThatMakesAForbiddenCallEndsTheRun(name: String, call: String) throws {
        let script = """
            import ctypes, os, time
            libc = ctypes.CDLL(None)
            if os.fork() == 0:
                \(call)
                print('BREACH')
            time.sleep(20)
            """
        let run = try ProfileRun(script, profile: "box")
        #expect(run.status == "denied", run.facts)
        #expect(run.result["syscall"]?.stringValue == name)
        #expect(!run.said.contains("BREACH"))
    }

    @Test func itsOwnProcessesAreAllThatASignalReaches() throws {
        let script = """
            import os, signal, time
            child = os.fork()
            if child == 0:
                time.sleep(60)
            os.kill(child, signal.SIGKILL)
            print(os.waitpid(child, 0)[1])
            for target in range(1, 400):
                if target != os.getpid():
                    try:
                        os.kill(target, signal.SIGKILL)
                        print('reached', target)
                    except OSError:
                        pass
            """
        let run = try ProfileRun(script, profile: "box")
        #expect(run.status == "succeeded", run.facts)
        // Init may be named; a signal from its own namespace does nothing to it (pid_namespaces(7)).
        #expect(["9\n", "9\nreached 1\n"].contains(run.said), run.facts)
    }

    @Test func itTakesTheCallersWordAndFullIsolation() throws {
        let path = NSTemporaryDirectory() + "/airlock-e2e-\(getpid())-box.py"
        let text = "# /// script\n# [tool.airlock]\n# profile = \"box\"\n# ///\nimport os; print(os.system('true'))\n"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { unlink(path) }
        let alone = try BuiltBinary().run(["run", path])
        #expect(alone.exitCode == 2)
        #expect(alone.errors.contains("--profile box"), "\(alone)")
        let both = try BuiltBinary().run(["run", path, "--profile", "box"])
        #expect(both.exitCode == 0 && both.output.contains("0"), "\(both)")
        let portable = try BuiltBinary().run(["run", path, "--profile", "box", "--isolation", "portable"])
        #expect(portable.exitCode == 2)
        #expect(portable.errors.contains("needs full isolation"), "\(portable)")
        let unknown = try BuiltBinary().run(["run", path, "--profile", "bax"])
        #expect(unknown.exitCode == 2)
        #expect(unknown.errors.contains("'box'"), "\(unknown)")
        let uninvited = try BuiltBinary().run(["run", "top-events", "--profile", "box"])
        #expect(uninvited.exitCode == 2)
        #expect(uninvited.errors.contains("does not ask for"), "\(uninvited)")
    }

    @Test(arguments: BuiltBinary.Identity.possible)
    func everyIdentityCanHaveIt(identity: BuiltBinary.Identity) throws {
        let run = try ProfileRun(Self.shell("ls -d /usr /tmp | wc -l"), profile: "box", as: identity)
        #expect(run.said == "0 2\n", run.facts)
    }
}
