import AirlockCore
import Glibc
import HostileProbes
import Sandbox

/// Runs scripts with the binary this process is of, as a user runs it, and without a sandbox, in places of its own.
///
/// The sandbox's cache is a directory of its own inside of the user's: on the same file system, so that what holds there
/// holds here, and with a guest and a view that no other run uses, so that a probe may try to damage them.
final class ProbeBench {
    let level: IsolationReport.Level
    let cache: String
    /// Whether a filter of somebody else, a container's for one, refuses calls before the sandbox's own sees them.
    let isBelowFilter = HostFacts.isBelowFilter
    private let interpreter: String
    private let place: String
    private let data: String
    private let environment: [String: String]
    private let isCancelled: () -> Bool
    private var victim: HostProcess?
    private var rehearsed: [Rehearsal: [String]] = [:]

    /// Longer than any limit that a probe sets, and than the default of those that set none.
    private static let patience = Duration.seconds(60)
    /// The wall limit of those that set none.
    private static let wall = "wall=10s"
    /// What a user would run: the small program that starts this one, where it lies beside it.
    private let program: String

    init(
        _ level: IsolationReport.Level, environment: [String: String], isCancelled: @escaping () -> Bool
    ) throws(AirlockError) {
        self.level = level
        self.isCancelled = isCancelled
        interpreter = try PythonRuntime.candidate(environment: environment)
        place = Self.place(environment)
        let own = HostFacts.ownProgram ?? ""
        let front = own.hasSuffix("-engine") ? String(own.dropLast("-engine".count)) : ""
        program = !front.isEmpty && access(front, X_OK) == 0 ? front : "/proc/self/exe"
        let store = try RuntimeStore(environment: environment).directory
        cache = "\(store)/probe-\(getpid())-\(UInt32.random(in: .min ... .max))"
        data = "\(cache)/data.airlock"
        var clean = [
            "HOME": cache, "XDG_CACHE_HOME": cache, "AIRLOCK_CACHE": cache, "AIRLOCK_PROBE_SECRET": "BREACH",
            "LANG": "C.UTF-8", "PATH": environment["PATH"] ?? "/usr/bin:/bin",
        ]
        for name in ["AIRLOCK_PYTHON", "AIRLOCK_GUEST", "AIRLOCK_PROFILES", "AIRLOCK_CGROUP"] {
            if let value = environment[name] { clean[name] = value }
        }
        self.environment = clean
        var partial = ""
        for part in cache.split(separator: "/") {
            partial += "/\(part)"
            guard mkdir(partial, 0o755) == 0 || errno == EEXIST else {
                throw AirlockError(
                    .fileFailed, "the probes' directory cannot be made", at: .file(partial),
                    hint: "'airlock doctor' says what is wrong with the cache directory.", cause: errorText(errno))
            }
        }
    }

    deinit {
        victim = nil
        HostTrial.remove(cache)
    }

    /// Where canaries are planted: a path that stands in a script as it is, and leaves room for a socket's name.
    private static func place(_ environment: [String: String]) -> String {
        let chosen = environment["TMPDIR"] ?? ""
        return chosen.hasPrefix("/") && chosen.utf8.count < 40 && isPlain(chosen) ? chosen : "/var/tmp"
    }

    /// Whether it can stand between quotes in a script as it is.
    private static func isPlain(_ path: String) -> Bool {
        path.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0)) }
    }

    func plant(forHost: Bool = false) throws(AirlockError) -> ProbeBait {
        try ProbeBait(in: place, owner: forHost ? geteuid() : HostTrial.scriptUser)
    }

    /// A process of the scripts' own user that does nothing and dies with this one: it waits for the end of its input.
    func victimPID() throws(AirlockError) -> pid_t {
        if let victim, victim.isRunning { return victim.pid }
        let user = HostTrial.scriptUser
        let change = user == geteuid() ? "" : "os.setgroups([]); os.setgid(\(user)); os.setuid(\(user)); "
        let process = try HostProcess(
            [interpreter, "-I", "-S", "-c", "import os; \(change)print(flush=True); os.read(0, 1)"],
            environment: environment, in: "/")
        guard process.firstAnswer(within: .seconds(20)) else {
            throw AirlockError(.internalError, "the process that probes try to signal could not be started")
        }
        victim = process
        return process.pid
    }

    var victimIsWell: Bool { victim?.isRunning ?? true }

    func script(_ body: String, inside: Bool, _ bait: ProbeBait) throws(AirlockError) -> String {
        Prelude.script(
            body, inside: inside, level: inside ? level.rawValue : "none", isSparing: true,
            facts: bait.told(victim: try victimPID(), cache: Self.isPlain(cache) ? cache : place))
    }

    /// One run in the sandbox.
    func run(_ script: String, limits: [String] = [], in bait: ProbeBait, asText: Bool = false) throws(AirlockError)
        -> SandboxedRun
    {
        let limits = limits.contains { $0.hasPrefix("wall") } ? limits : limits + [Self.wall]
        let outputs = "\(cache)/outputs-\(bait.token)"
        let process = try HostProcess(
            [program, "exec", "-", "--isolation", level.rawValue, "--data", try demoData()]
                + (asText ? [] : ["--format", "json", "--artifacts", outputs])
                + limits.flatMap { ["--limit", $0] },
            environment: environment, in: bait.folder, inheritedFile: "\(bait.folder)/canary")
        let end = process.finish(feeding: script, within: Self.patience, isCancelled: isCancelled)
        if end.way == .cancelled { throw AirlockError(.cancelled, "the probes were cancelled") }
        defer { HostTrial.remove(outputs) }
        return SandboxedRun(end, session: process.pid, outputs: ProcessTable.names(in: outputs))
    }

    /// The script without a sandbox: what it printed.
    func runOutside(_ script: String, in bait: ProbeBait) throws(AirlockError) -> String {
        let process = try HostProcess(
            [interpreter, "-I", "-S", "-c", script], environment: environment, in: bait.folder)
        let end = process.finish(feeding: "", within: .seconds(20), isCancelled: isCancelled)
        if end.way == .cancelled { throw AirlockError(.cancelled, "the probes were cancelled") }
        return String(decoding: end.output, as: UTF8.self)
    }

    /// What is wrong with a probe's rehearsal; found out once.
    func faults(of rehearsal: Rehearsal) throws(AirlockError) -> [String] {
        if let known = rehearsed[rehearsal] { return known }
        let bait = try plant()
        let run = try run(try script(rehearsal.script, inside: true, bait), limits: rehearsal.limits, in: bait)
        let faults = run.evidence.faults(against: rehearsal.outcome)
        rehearsed[rehearsal] = faults
        return faults
    }

    /// The data that the probes' runs may ask: made with the first of them, a file of the bench's own.
    private func demoData() throws(AirlockError) -> String {
        if access(data, R_OK) == 0 { return data }
        let process = try HostProcess(
            [program, "data", "import", "-", "--data", data], environment: environment, in: cache)
        let end = process.finish(feeding: Self.events, within: Self.patience, isCancelled: isCancelled)
        guard end.code == 0 else {
            if end.way == .cancelled { throw AirlockError(.cancelled, "the probes were cancelled") }
            throw AirlockError(
                .internalError, "the probes' data set could not be made",
                cause: String(decoding: end.errors.suffix(800), as: UTF8.self))
        }
        return data
    }

    private static let events = """
        {"uuid":"018e0000-0000-7000-8000-000000000001","event":"probe","timestamp":"2024-01-01T00:00:00Z","distinct_id":"a"}

        """
}

/// How a run in the sandbox ended, and what it left.
struct SandboxedRun {
    var evidence: ProbeEvidence
    var way: HostProcess.End.Way
    var session: pid_t
    var outputs: [String]
    /// Everything that was printed, on both streams.
    var text: String

    init(_ end: HostProcess.End, session: pid_t, outputs: [String]) {
        (way, self.session, self.outputs) = (end.way, session, outputs)
        text = String(decoding: end.output + end.errors, as: UTF8.self)
        guard let result = try? JSONValue(json: end.output) else {
            evidence = ProbeEvidence(result: .null, said: String(decoding: end.output, as: UTF8.self))
            return
        }
        // The document holds as Base64 what is no text.
        let stream = result["stdout"]
        let bytes = stream?["base64"]?.stringValue.flatMap { Base64.decoded(Array($0.utf8)) }
        let said = bytes.map { String(decoding: $0, as: UTF8.self) } ?? stream?["text"]?.stringValue ?? ""
        evidence = ProbeEvidence(result: result, said: said)
    }
}
