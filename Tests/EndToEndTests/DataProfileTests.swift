import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// The profile `data`, through the built binary: threads, late extension modules, packages; and nothing else.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DataProfileTests {
    static let levels = IsolationReport.Level.allCases.map(\.rawValue)
    /// The interpreter that the tests of numpy and its like run with: they need one that has them.
    static let python = ProcessInfo.processInfo.environment["AIRLOCK_PYTHON"] ?? "/usr/bin/python3"

    @Test(arguments: levels)
    func threadsRunAndProcessesDoNot(isolation: String) throws {
        let script = """
            import os, threading
            from concurrent.futures import ThreadPoolExecutor
            with ThreadPoolExecutor(8) as pool:
                print(sum(pool.map(lambda n: n * n, range(100))))
            for start in (os.fork, lambda: os.posix_spawn('/bin/true', ['true'], {})):
                try:
                    start()
                    print('BREACH')
                except BlockingIOError:
                    print('refused')
            try:
                os.execv('/bin/true', ['true'])
            except OSError as error:
                print(type(error).__name__)
            """
        let run = try ProfileRun(script, profile: "data", isolation: isolation)
        #expect(run.status == "succeeded", run.facts)
        #expect(run.said == "328350\nrefused\nrefused\nPermissionError\n", run.facts)
        #expect(run.result["isolation"]?["profile"] == "data")
        let files = isolation == "full" ? "(strict, data)" : "(strict, data, portable)"
        #expect(run.layer("seccomp")?["detail"]?.stringValue?.hasPrefix("profile data \(files)") == true)
    }

    /// As a library does that imports its parts when they are first used.
    @Test(arguments: levels)
    func extensionModulesCanBeImportedLate(isolation: String) throws {
        let script = """
            import importlib, sys, threading
            names = ['_decimal', '_sqlite3', '_ssl', '_hashlib', '_ctypes', '_json', '_lzma', 'pyexpat', '_uuid']
            def load():
                for name in names:
                    module = importlib.import_module(name)
                    print(name, getattr(module, '__file__', 'built in') is not None)
            late = threading.Thread(target=load)
            late.start()
            late.join()
            import sqlite3
            print(sqlite3.connect('x.db').execute('select 6 * 7').fetchone())
            """
        let run = try ProfileRun(script, profile: "data", isolation: isolation)
        #expect(run.status == "succeeded", run.facts)
        #expect(run.said.split(separator: "\n").count == 10, run.facts)
        #expect(run.said.hasSuffix("(42,)\n"), run.facts)
    }

    /// Whether the script goes on trying or gives up, the limit is what it met.
    @Test(arguments: levels, ["", "pass"])
    func tooManyThreadsAreALimit(isolation: String, handler: String) throws {
        let attempt = "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
        let line =
            handler.isEmpty ? attempt : "try: \(attempt)\n    except RuntimeError: \(handler)"
        let script = "import threading, time\nthreading.stack_size(65536)\nwhile True:\n    \(line)\n"
        let run = try ProfileRun(script, profile: "data", isolation: isolation, limits: ["processes=20", "wall=20s"])
        #expect(run.status == "limit_exceeded", run.facts)
        #expect(run.limit == "processes", run.facts)
        #expect(run.exitCode == 3)
    }

    @Test(arguments: levels)
    func cpuTimeIsThatOfAllThreads(isolation: String) throws {
        let script = """
            import hashlib, threading
            def burn():
                while True:
                    hashlib.sha256(bytes(1 << 20)).digest()
            for _ in range(4):
                threading.Thread(target=burn).start()
            """
        let run = try ProfileRun(script, profile: "data", isolation: isolation, limits: ["cpu=500ms", "wall=20s"])
        #expect(run.limit == "cpu", run.facts)
    }

    @Test func aTemplateGetsDataByItselfAndItsPackagesAreLookedFor() throws {
        let path = NSTemporaryDirectory() + "/airlock-e2e-\(getpid())-packages.py"
        let text = """
            # /// script
            # dependencies = ["no-such-package-anywhere>=2", "pip<0.1"]
            # [tool.airlock]
            # profile = "data"
            # ///
            print('BREACH')
            """
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { unlink(path) }
        let answer = try BuiltBinary().run(["run", path, "--format", "json"])
        #expect(answer.exitCode == 2, "\(answer)")
        let result = try answer.json()
        #expect(result["status"] == "invalid")
        let problems = result["error"]?["problems"]?.arrayValue ?? []
        #expect(problems.map { $0["pointer"]?.stringValue } == ["/dependencies/0", "/dependencies/1"])
        #expect(
            problems.first?["message"]?.stringValue?.contains("'no-such-package-anywhere' is not installed") == true)
        #expect(result["error"]?["hint"]?.stringValue?.contains("pip install") == true)
        #expect(!answer.output.contains("BREACH"))
    }

    @Test func strictShowsNoPackages() throws {
        let script = "import sys; print([path for path in sys.path if 'packages' in path])"
        #expect(try ProfileRun(script, profile: "strict").said == "[]\n")
        #expect(try ProfileRun(script, profile: "strict", isolation: "portable").said == "[]\n")
    }

    // MARK: Packages, where the interpreter has them

    static func has(_ module: String) -> Bool {
        let child = try? Child(
            [python, "-c", "import \(module)"], environment: ["PATH": "/usr/bin:/bin", "HOME": "/tmp"])
        child?.feed("")
        return child?.finish().code == 0
    }

    @Test(.enabled(if: has("numpy"), "the interpreter has no numpy"), arguments: levels)
    func numpyWorks(isolation: String) throws {
        let script = """
            import numpy as np
            import numpy.random
            a = np.arange(90000, dtype=float).reshape(300, 300)
            print((a @ a.T).shape, np.linalg.matrix_rank(a), np.random.default_rng(1).integers(10, size=3).shape)
            print(np.fft.fft(np.ones(8))[0].real)
            """
        let run = try ProfileRun(script, profile: "data", isolation: isolation, python: Self.python)
        #expect(run.said == "(300, 300) 2 (3,)\n8.0\n", run.facts)
    }

    @Test(.enabled(if: has("pandas"), "the interpreter has no pandas"), arguments: levels)
    func pandasWorks(isolation: String) throws {
        let script = """
            import io
            import pandas as pd
            frame = pd.read_csv(io.StringIO('day,n\\n2024-01-01,1\\n2024-01-02,3\\n2024-01-09,5\\n'), parse_dates=['day'])
            print(frame.set_index("day").n.resample("W").sum().tolist(), frame.n.rolling(2).mean().iloc[-1])
            """
        let run = try ProfileRun(script, profile: "data", isolation: isolation, python: Self.python)
        #expect(run.said == "[4, 5] 4.0\n", run.facts)
    }

    @Test(.enabled(if: has("matplotlib"), "the interpreter has no matplotlib"), arguments: levels)
    func matplotlibDraws(isolation: String) throws {
        let script = """
            import matplotlib.pyplot as plt
            plt.plot([1, 4, 9])
            for name in ('a.png', 'a.pdf', 'a.svg'):
                plt.savefig(name)
                print(name, open(name, 'rb').read(4))
            """
        let run = try ProfileRun(script, profile: "data", isolation: isolation, python: Self.python)
        #expect(run.said == "a.png b'\\x89PNG'\na.pdf b'%PDF'\na.svg b'<?xm'\n", run.facts)
    }
}
