import AirlockCore
import Glibc
import HostileProbes

/// One probe on this host: first whether it would work without the sandbox, then what the sandbox makes of it.
struct ProbeTrial {
    let item: HostileItem
    let probe: HostileProbe
    let bench: ProbeBench

    private var expected: ProbeOutcome { probe.outcome(in: bench.level.rawValue) }

    func run() throws(AirlockError) -> ProbeReport.Entry {
        // What this host refuses to everybody says nothing about the sandbox.
        if let reason = try reasonNotToTry() { return entry(.notApplicable, seen: "not run", [reason]) }
        // What would do harm unprotected is run only where its harmless form was seen to be stopped.
        if let rehearsal = probe.rehearsal {
            let faults = try bench.faults(of: rehearsal)
            guard faults.isEmpty else {
                return entry(
                    .failed, seen: "not run: its harmless form was not stopped",
                    faults.map { "in the harmless form: \($0)" }
                )
            }
        }
        var faults: [String] = []
        var runs: [ProbeEvidence] = []
        for _ in 0..<(probe.isRepeated ? 2 : 1) {
            let bait = try bench.plant()
            let script = try bench.script(probe.script, inside: true, bait)
            let run = try bench.run(script, limits: probe.limits, in: bait)
            if let lack = run.evidence.lines("LACKS").first, run.evidence.lines("BREACH").isEmpty {
                return entry(.notApplicable, seen: Self.seen(run), ["this interpreter lacks \(lack.dropFirst(6))"])
            }
            if let module = Self.missingModule(run) {
                return entry(.notApplicable, seen: Self.seen(run), ["this interpreter has no module \(module)"])
            }
            faults += run.evidence.faults(against: expected, countsRefusals: !bench.isBelowFilter)
            faults += aftermath(of: run, bait)
            runs.append(run.evidence)
            if probe.isShownAsText { faults += try faultsAsText(script, bait) }
            if !faults.isEmpty { return entry(.failed, seen: Self.seen(run), faults) }
        }
        if let first = runs.first, let last = runs.last, runs.count == 2 {
            let same = Set(first.lines("VALUE")).intersection(last.lines("VALUE"))
            if !same.isEmpty { faults.append("two runs had the same \(same.sorted().joined(separator: ", "))") }
        }
        return entry(faults.isEmpty ? .passed : .failed, seen: expected.word, faults)
    }

    private func entry(_ state: ProbeReport.State, seen: String, _ reasons: [String]) -> ProbeReport.Entry {
        ProbeReport.Entry(state: state, expected: expected.word, seen: seen, reasons: reasons)
    }

    /// Runs the probe where nothing holds it back, on its own canaries.
    private func reasonNotToTry() throws(AirlockError) -> String? {
        let bait = try bench.plant(forHost: true)
        let said = try bench.runOutside(try bench.script(probe.outside, inside: false, bait), in: bait)
        let lines = said.utf8.split(separator: 0x0A).map { Substring($0) }
        if lines.contains(where: { $0.hasPrefix("BREACH ") }), lines.contains("END") { return nil }
        if let lack = lines.first(where: { $0.hasPrefix("LACKS ") }) { return "this host lacks \(lack.dropFirst(6))" }
        if let miss = lines.first(where: { $0.hasPrefix("MISS ") }) {
            return "this host refuses it without a sandbox too: \(miss.dropFirst(5))"
        }
        return "it cannot be done on this host without a sandbox either"
    }

    /// What a run must not leave or touch, whatever the probe is about.
    private func aftermath(of run: SandboxedRun, _ bait: ProbeBait) -> [String] {
        var faults = ProcessTable.survivors(of: run.session) + bait.damage
        faults += bait.sweep(["/tmp", "/var/tmp", "/dev/shm", "/run", bench.cache, bench.cache + "/scratch"])
        // In full isolation the path is the sandbox's own and says nothing here.
        if bench.level == .portable, let scratch = run.evidence.lines("SCRATCH").first?.dropFirst(8),
            scratch.hasPrefix(bench.cache), access(String(scratch), F_OK) == 0
        {
            faults.append("the scratch directory \(scratch) was left")
        }
        if !bench.victimIsWell { faults.append("a process outside was ended or stopped") }
        if run.way == .late { faults.append("it did not end by itself") }
        for name in run.outputs where name.hasPrefix(".") || name.contains("\n") {
            faults.append("an output has the name \(name)")
        }
        // Half a second for the sandbox to obey, the rest for a busy machine.
        let text = probe.limits.first { $0.hasPrefix("wall=") || $0.hasPrefix("cpu=") }?.split(separator: "=").last
        let limit = text.flatMap { Duration(text: String($0)) } ?? .seconds(10)
        if let taken = run.evidence.result["usage"]?["wall_ms"]?.doubleValue,
            Duration.milliseconds(taken) > limit + .seconds(2)
        {
            faults.append("the verdict took \(Duration.milliseconds(taken).shortText)")
        }
        return faults
    }

    /// Shown as text, nothing of what a script printed may steer a terminal.
    private func faultsAsText(_ script: String, _ bait: ProbeBait) throws(AirlockError) -> [String] {
        let run = try bench.run(script, limits: probe.limits, in: bait, asText: true)
        let steering = run.text.unicodeScalars.first { scalar in
            let category = scalar.properties.generalCategory
            return category == .format || category == .control && scalar != "\n" && scalar != "\t"
        }
        return steering.map { ["shown as text, it holds U+\(String($0.value, radix: 16, uppercase: true))"] } ?? []
    }

    private static func missingModule(_ run: SandboxedRun) -> String? {
        let exception = run.evidence.result["exception"]
        guard exception?["type"]?.stringValue == "ModuleNotFoundError", run.evidence.lines("BREACH").isEmpty else {
            return nil
        }
        return exception?["message"]?.stringValue
    }

    private static func seen(_ run: SandboxedRun) -> String {
        let result = run.evidence.result
        guard let status = result["status"]?.stringValue else { return "no result" }
        let what = ["limit", "syscall", "signal"].lazy.compactMap { result[$0]?.stringValue }.first
        return what.map { "\(status): \($0)" } ?? status
    }
}
