import AirlockCore
import AirlockTesting
import Foundation
import HostileProbes

/// One run of a probe in the sandbox, with everything that is checked of each.
struct Run {
    /// The binary is run with the variable set, so that there is something to leak.
    static let secretVariable = "AIRLOCK_TEST_SECRET"
    /// No probe may take longer, unless it sets the limit itself.
    static let wall = "wall=10s"

    let evidence: ProbeEvidence
    let bait: Bait
    /// What is wrong with it, apart from the item's own outcome.
    private(set) var faults: [String] = []
    /// How long after its limit the verdict came.
    private var delay = Duration.zero

    init(_ probe: HostileProbe, in combination: Combination) throws {
        let binary = try BuiltBinary(as: combination.identity)
        let owner = combination.identity.scriptOwner
        bait = try Bait(owner: owner, cache: binary.cache)
        let before = HostState(of: owner)
        let interpreter = Self.interpreter
        let script = Prelude.script(probe.script, inside: true, level: combination.level, facts: bait.facts)
        let outputs = "\(binary.cache)/\(bait.token)-outputs"
        let limits = probe.limits.contains { $0.hasPrefix("wall") } ? probe.limits : probe.limits + [Self.wall]
        let child = try binary.start(
            ["exec", "-", "--format", "json", "--isolation", combination.level, "--artifacts", outputs]
                + limits.flatMap { ["--limit", $0] },
            environment: combination.environment.merging([Self.secretVariable: "BREACH"]) { $1 }, hasOwnSession: true)
        child.feed(script)
        let end = child.finish()
        evidence = Self.evidence(of: end.output)
        if evidence.result["status"] == nil {
            faults.append("no result: \(String(decoding: end.errors, as: UTF8.self))")
        }
        let path = evidence.result["start"]?["path"]?.stringValue
        if path != combination.start { faults.append("it started \(path ?? "not at all")") }
        faults += Self.foreignEntries(in: outputs, keptOut: bait.folder)
        let scratch = evidence.lines("SCRATCH").first.map { String($0.dropFirst(8)) }
        faults += Leftovers.of(
            session: child.pid, owner: owner, token: bait.token, cache: binary.cache,
            scratch: combination.level == "portable" ? scratch : nil)
        faults += HostState(of: owner).leftovers(since: before)
        faults += bait.damage
        if Self.interpreter != interpreter { faults.append("the interpreter was touched") }
        delay = Self.delay(of: evidence.result, probe)
        checkSize(probe, hostPeak: child.peakResidentBytes ?? 0)
    }

    /// JSON holds what was printed as base64 where it is no text.
    private static func evidence(of output: [UInt8]) -> ProbeEvidence {
        guard let result = try? JSONValue(json: output) else {
            return ProbeEvidence(result: .null, said: String(decoding: output, as: UTF8.self))
        }
        let stream = result["stdout"]
        let bytes = stream?["base64"]?.stringValue.flatMap { Data(base64Encoded: $0) }
        let said = bytes.map { String(decoding: $0, as: UTF8.self) } ?? stream?["text"]?.stringValue ?? ""
        return ProbeEvidence(result: result, said: said)
    }

    /// Inode, size, times of the interpreter and of the C library: what a write to either would change.
    private static var interpreter: [Int] {
        ["/usr/bin/python3", "/lib/x86_64-linux-gnu/libc.so.6"].flatMap { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return [Int]() }
            return [Int(status.st_ino), Int(status.st_size), Int(status.st_ctim.tv_sec), Int(status.st_ctim.tv_nsec)]
        }
    }

    /// What lies in the directory for artifacts and is not a regular file with a plain name; the directory goes.
    private static func foreignEntries(in directory: String, keptOut: String) -> [String] {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.compactMap { name in
            var status = stat()
            let isPlain = lstat("\(directory)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            return isPlain && !name.hasPrefix(".") ? nil : "the artifact \(name) is not a plain file"
        }
    }

    /// A run whose verdict came no more than 100 ms after its limit. On a busy machine one may be late through no fault of
    /// the engine's; three in a row are its fault.
    static func timely(_ probe: HostileProbe, in combination: Combination) throws -> Run {
        for _ in 0..<2 {
            let run = try Run(probe, in: combination)
            if run.delay <= .milliseconds(100) { return run }
        }
        var last = try Run(probe, in: combination)
        if last.delay > .milliseconds(100) { last.faults.append("the verdict came \(last.delay) after the limit") }
        return last
    }

    /// From the limit to the reaping, by the engine's clock; for CPU time by the kernel's accounts, in which nobody else's
    /// share counts. Negative where the run ended before.
    private static func delay(of result: JSONValue, _ probe: HostileProbe) -> Duration {
        func milliseconds(_ name: String) -> Duration { .milliseconds(result["usage"]?[name]?.doubleValue ?? 0) }
        func limit(_ name: String) -> Duration? {
            let text = probe.limits.first { $0.hasPrefix(name + "=") }?.split(separator: "=").last
            return text.flatMap { Duration(text: String($0)) }
        }
        let overCPU = limit("cpu").map { milliseconds("user_cpu_ms") + milliseconds("system_cpu_ms") - $0 }
        let overWall = milliseconds("wall_ms") - (limit("wall") ?? .seconds(10))
        return max(overCPU ?? overWall, overWall)
    }

    /// Neither the script's memory nor what the host keeps of its output grows beyond the limits.
    private mutating func checkSize(_ probe: HostileProbe, hostPeak: Int) {
        let kept = evidence.said.utf8.count
        if kept > 2 << 20 { faults.append("\(kept) bytes of output were kept") }
        if hostPeak > 512 << 20 { faults.append("the host needed \(hostPeak) bytes") }
        // The kernel counts what the payload had of the host's memory before exec.
        let peak = evidence.result["usage"]?["peak_resident_bytes"]?.intValue ?? 0
        if peak > 640 << 20 { faults.append("the script held \(peak) bytes") }
    }

    /// The next run is as clean as ever.
    ///
    /// - Returns: what is wrong with it.
    static func health(in combination: Combination) throws -> String? {
        let answer = try BuiltBinary(as: combination.identity).run(
            ["exec", "-", "--format", "json", "--isolation", combination.level], input: Self.healthy,
            environment: combination.environment.merging([Self.secretVariable: "BREACH"]) { $1 })
        let next = try? answer.json()
        let isHealthy = next?["status"] == "succeeded" && next?["stdout"]?["text"] == "HEALTHY\n"
        return isHealthy ? nil : "the next run is not clean: \(answer.output.suffix(2000)) \(answer.errors)"
    }

    private static let healthy = """
        import os, signal
        assert os.listdir('.') == [], os.listdir('.')
        assert set(os.environ) <= {'HOME', 'TMPDIR', 'LANG', 'TZ', 'LC_CTYPE'}, os.environ
        assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()
        assert os.umask(0o77) == 0o77
        for descriptor in range(6, 64):
            try:
                os.fstat(descriptor)
            except OSError:
                continue
            raise AssertionError(descriptor)
        print('HEALTHY')
        """
}
