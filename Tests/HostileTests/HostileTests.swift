import AirlockCore
import AirlockTesting
import Foundation
import HostileProbes
import Testing

/// All hostile items against the built binary, in both levels of isolation, as root and as an ordinary user, cold and warm.
@Suite(.timeLimit(.minutes(10))) struct HostileTests {
    @Test(arguments: HostileItem.all, Combination.possible)
    func isContained(item: HostileItem, combination: Combination) throws {
        guard combination.isPossible else { return }
        switch try OutsideProof.of(item) {
        case .works: break
        case .notApplicable: return
        case .failed(let what):
            Issue.record("\(item): the probe does not work outside: \(what)")
            return
        }
        var hasShownGap = false
        for (index, probe) in item.probes.enumerated() {
            let runs = try (0..<(probe.isRepeated ? 2 : 1)).map { _ in try Run.timely(probe, in: combination) }
            for run in runs {
                let faults = run.faults + run.evidence.faults(against: probe.outcome(in: combination.level))
                for fault in faults {
                    Issue.record("\(item), probe \(index), \(combination): \(fault)\n\(run.evidence.summary)")
                }
                hasShownGap = hasShownGap || !run.evidence.lines("GAP").isEmpty
            }
            if let first = runs.first, let last = runs.last, runs.count == 2 {
                let same = Set(first.evidence.lines("VALUE")).intersection(last.evidence.lines("VALUE"))
                let isSomethingSaid = !first.evidence.lines("VALUE").isEmpty
                #expect(same.isEmpty && isSomethingSaid, "\(item): two runs had the same \(same)")
            }
            if probe.isShownAsText { try checkText(of: probe, combination) }
        }
        if let fault = try Run.health(in: combination) { Issue.record("\(item), \(combination): \(fault)") }
        let gap = item.gap(in: combination.level)
        #expect(
            hasShownGap == (gap?.isShown ?? false),
            "\(item) (\(combination)): the gap that SECURITY.md tells of and the one that was found are not the same")
    }

    /// Shown as text, nothing of what a script printed steers a terminal.
    private func checkText(of probe: HostileProbe, _ combination: Combination) throws {
        let binary = try BuiltBinary(as: combination.identity)
        let bait = try Bait(owner: combination.identity.scriptOwner, cache: binary.cache)
        let answer = try binary.run(
            ["exec", "-", "--isolation", combination.level],
            input: Prelude.script(probe.script, inside: true, level: combination.level, facts: bait.facts),
            environment: combination.environment)
        for scalar in (answer.output + answer.errors).unicodeScalars {
            let isSafe = scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control
            #expect(isSafe && scalar.properties.generalCategory != .format, "U+\(String(scalar.value, radix: 16))")
        }
    }

    /// An item that this host cannot run is counted and named; where CI is set, there may be none.
    @Test func whatCannotRunHereIsNamed() throws {
        var missing = Combination.impossible.map { "\($0): \($1)" }
        for item in HostileItem.all {
            if case .notApplicable(let reason) = try OutsideProof.of(item) { missing.append("\(item): \(reason)") }
        }
        let probes = HostileItem.all.reduce(0) { $0 + $1.probes.count }
        print(
            "hostile suite: \(HostileItem.all.count) items, \(probes) probes, "
                + "\(Combination.possible.count) combinations; \(missing.count) cannot run on this host")
        for line in missing { print("hostile suite: not applicable: \(line)") }
        if ProcessInfo.processInfo.environment["CI"] != nil { #expect(missing.isEmpty) }
    }

    @Test func theListIsWhole() {
        #expect(HostileItem.all.map(\.number) == Array(1...88))
    }
}
