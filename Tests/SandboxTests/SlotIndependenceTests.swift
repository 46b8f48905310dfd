import AirlockCore
import Testing

@testable import Sandbox

/// What one slot knows of another: nothing, but for what docs/architecture.md says they share.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SlotIndependenceTests {
    private struct Source: Sendable, CustomTestStringConvertible {
        var name: String
        var expression: String
        var profile = SandboxProfile.strict
        var testDescription: String { name }
    }

    private static let sources = [
        Source(name: "random", expression: "__import__('random').random()"),
        Source(name: "a generator", expression: "__import__('random').Random().random()"),
        Source(name: "OpenSSL", expression: "__import__('ssl').RAND_bytes(8).hex()"),
        Source(name: "tempfile", expression: "__import__('tempfile').mktemp()"),
        Source(name: "urandom", expression: "__import__('os').urandom(8).hex()"),
        Source(name: "uuid4", expression: "str(__import__('uuid').uuid4())"),
        Source(name: "uuid1", expression: "str(__import__('uuid').uuid1())"),
        Source(name: "secrets", expression: "__import__('secrets').token_hex(8)"),
        Source(name: "statistics", expression: "__import__('statistics').NormalDist().samples(1)"),
    ]

    @Test func randomnessIsOfEachSlotsOwn() async throws {
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox)
        let script =
            "import airlock\nairlock.result({"
            + Self.sources.map { "'\($0.name)': str(\($0.expression))" }.joined(separator: ", ") + "})"
        let first = try await WarmPath.result(of: script, in: zygote, sandbox)
        let second = try await WarmPath.result(of: script, in: zygote, sandbox)
        for source in Self.sources {
            let (one, other) = (first[source.name], second[source.name])
            #expect(one?.stringValue != nil)
            #expect(one != other, "\(source.name) repeats")
        }
    }

    @Test func numpysOldGeneratorIsRenewed() async throws {
        let runtime = try WarmPath.runtime(.data)
        guard runtime.packages["numpy"] != nil else { return }
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox, .data, packages: ["numpy"])
        let script = """
            import sys
            loaded = "numpy" in sys.modules
            import numpy, airlock
            airlock.result([loaded, float(numpy.random.random()), float(numpy.random.default_rng().random())])
            """
        let first = try await WarmPath.result(of: script, in: zygote, sandbox)
        let second = try await WarmPath.result(of: script, in: zygote, sandbox)
        #expect(first.arrayValue?[0] == true, "it was imported ahead")
        #expect(first.arrayValue?[1] != second.arrayValue?[1])
        #expect(first.arrayValue?[2] != second.arrayValue?[2])
    }

    /// The seed of string hashing is set when an interpreter starts, and no fork can change it.
    @Test func theHashSeedIsTheZygotes() async throws {
        let sandbox = try WarmPath.sandbox()
        let script = "import airlock\nairlock.result(str(hash('a string')))"
        let zygote = try WarmPath.zygote(sandbox)
        let first = try await WarmPath.result(of: script, in: zygote, sandbox)
        let second = try await WarmPath.result(of: script, in: zygote, sandbox)
        #expect(first == second)
        let other = try await WarmPath.result(of: script, in: try WarmPath.zygote(sandbox), sandbox)
        #expect(first != other)
    }

    @Test func nothingIsCarriedOver() async throws {
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox)
        let script = """
            import airlock, builtins, gc, json, os, sys
            seen = [hasattr(json, "mark"), hasattr(builtins, "mark"), "MARK" in os.environ, os.path.exists("mark"),
                    "mark" in sys.modules, airlock.params.days]
            json.mark = builtins.mark = 1
            os.environ["MARK"] = "1"
            open("mark", "w").write("x")
            sys.modules["mark"] = json
            airlock.params = None
            sys.path.append("/mark")
            airlock.result(seen + [sys.path.count("/mark"), gc.isenabled()])
            """
        for _ in 0..<2 {
            let result = try await WarmPath.result(of: script, in: zygote, sandbox)
            #expect(result == [false, false, false, false, false, 7, 1, true])
        }
    }

    /// Environment, descriptors, limits, identity, view: a script cannot tell by them how it was started.
    @Test(arguments: [SandboxProfile.strict, .data], [false, true])
    func aSlotIsWhatAColdStartIs(profile: SandboxProfile, inHurry: Bool) async throws {
        let script = """
            import airlock, os, resource, signal, sys
            fds = []
            for fd in range(64):
                try:
                    status = os.fstat(fd)
                    fds.append([fd, status.st_mode >> 12, os.get_inheritable(fd), os.get_blocking(fd)])
                except OSError:
                    pass
            names = sorted(name for name in dir(resource) if name.startswith("RLIMIT_") and name != "RLIMIT_OFILE")
            airlock.result({
                "environment": dict(os.environ), "descriptors": fds, "cwd": os.getcwd(), "path": sys.path,
                "limits": {name: list(resource.getrlimit(getattr(resource, name))) for name in names},
                "identity": [os.getuid(), os.getgid(), os.geteuid(), os.getpid(), os.getppid(),
                             os.getsid(0), os.getpgrp()],
                # Another build may be putting its own shared object beside this one's.
                "view": [sorted(name for name in os.listdir(path) if not name.startswith("zygote-"))
                         for path in ("/", "/dev", "/tmp", "/airlock")],
                "masks": [oct(os.umask(0)), sorted(signal.pthread_sigmask(signal.SIG_BLOCK, []))],
                "handlers": [[n, str(signal.getsignal(n))] for n in range(1, 65) if n not in (32, 33)],
                "host": list(os.uname()), "argv": sys.argv, "flags": [str(sys.flags), sys.dont_write_bytecode],
                "streams": [sys.stdin.encoding, sys.stdout.encoding, sys.stderr.errors, sys.stdout.line_buffering],
                "scratch": [os.statvfs("/tmp").f_blocks, os.statvfs("/tmp").f_files, os.statvfs("/tmp").f_flag],
            })
            """
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox, profile)
        let warm = try await WarmPath.result(of: script, in: zygote, sandbox, inHurry: inHurry)
        let channel = WarmPath.ScriptChannel(script)
        let outcome = try await sandbox.run(try WarmPath.request(profile), channel: channel)
        #expect(outcome.startPath == .cold)
        let cold = try #require(channel.result)
        for (name, value) in cold.objectValue ?? [:] { #expect(warm[name] == value, "\(name)") }
    }
}
