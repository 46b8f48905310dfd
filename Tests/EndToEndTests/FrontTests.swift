import AirlockTesting
import Foundation
import Testing

/// `airlock`, the program in front of `airlock-engine`: what it hands over, seen by an engine that tells it.
@Suite struct FrontTests {
    /// An engine that prints its arguments, what it was told, and whether the process it was told of is a child of it
    /// and ends when it is told to.
    private static let engine = """
        #!/usr/bin/python3
        import json, os, sys
        told = os.environ.get("AIRLOCK_HEAD_START")
        answer = {"arguments": sys.argv[1:], "told": told}
        if told and not told.startswith("-"):
            *numbers, path = told.split(" ")
            pid, pidfd, control, report, output, errors, requests, replies, copy = map(int, numbers)
            os.lseek(copy, 0, 0)
            answer["same"] = os.read(copy, 1 << 20) == open(path, "rb").read()
            os.close(control)
            answer["ended"] = os.waitpid(pid, 0)[0] == pid
            answer["reported"] = len(os.read(report, 1 << 16)) > 0
        print(json.dumps(answer))
        """

    private let folder = "/tmp/airlock-tests-front-\(UUID().uuidString)"

    /// The front, with an engine beside it, or none.
    private func front(engine: String?) throws -> (program: String, built: BuiltBinary) {
        let built = try BuiltBinary()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let copier = try Child(
            ["/usr/bin/install", "-m", "755", built.path, "\(folder)/airlock"], environment: [:])
        #expect(copier.wait() == 0)
        if let engine {
            try engine.write(toFile: "\(folder)/source", atomically: true, encoding: .utf8)
            let copier = try Child(
                ["/usr/bin/install", "-m", "755", "\(folder)/source", "\(folder)/airlock-engine"], environment: [:])
            #expect(copier.wait() == 0)
        }
        return ("\(folder)/airlock", built)
    }

    private func answer(_ arguments: [String], cache: String, environment: [String: String] = [:]) throws -> String {
        let child = try Child(
            ["\(folder)/airlock"] + arguments, environment: ["AIRLOCK_CACHE": cache].merging(environment) { $1 })
        child.feed("")
        let end = child.finish()
        #expect(end.code == 0, "\(String(decoding: end.errors, as: UTF8.self))")
        return String(decoding: end.output, as: UTF8.self)
    }

    @Test func theSandboxOfTheLastSuchRunIsHandedOver() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (_, built) = try front(engine: Self.engine)
        let cache = "\(folder)/cache"
        let first = try built.run(["exec", "-"], input: "print(1)", environment: ["AIRLOCK_CACHE": cache])
        #expect(first.exitCode == 0, "\(first.errors)")
        let kept = "\(cache)/launch-exec"
        #expect(access(kept, R_OK) == 0)
        let text = try answer(["exec", "-"], cache: cache)
        for part in ["\"same\": true", "\"ended\": true", "\"reported\": true", "[\"exec\", \"-\"]", kept] {
            #expect(text.contains(part), "\(part) in \(text)")
        }

        // Not for a sandbox of another kind, not from a file that others could have written, not from a broken one.
        for arguments in [["exec", "-", "--limit", "wall=1s"], ["exec", "-", "--isolation=portable"], ["version"]] {
            #expect(try answer(arguments, cache: cache).contains("\"told\": null"))
        }
        let forged = ["AIRLOCK_HEAD_START": "1 2 3"]
        #expect(try answer(["version"], cache: cache, environment: forged).contains("\"told\": null"))
        #expect(try answer(["run", "a b"], cache: cache).contains("\"told\": null"))
        for path in ["../exec", "exec.py"] {
            #expect(try answer(["run", path], cache: cache).contains("\"told\": \"- \(cache)/launch-path\""))
        }
        #expect(try answer(["run", "exec"], cache: cache).contains("\"told\": \"- \(cache)/launch-run-exec\""))
        #expect(chmod(kept, 0o666) == 0)
        #expect(try answer(["exec", "-"], cache: cache).contains("\"told\": \"- \(kept)\""))
        #expect(chmod(kept, 0o600) == 0 && truncate(kept, 100) == 0)
        #expect(try answer(["exec", "-"], cache: cache).contains("\"told\": \"- \(kept)\""))
    }

    @Test func withoutItsEngineItSaysSo() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (program, _) = try front(engine: nil)
        let child = try Child([program, "version"], environment: [:])
        child.feed("")
        let end = child.finish()
        #expect(end.code == 70)
        let text = String(decoding: end.errors, as: UTF8.self)
        #expect(text.contains("cannot start \(folder)/airlock-engine: No such file or directory"))
        #expect(text.contains("make release"))
    }
}
