import AirlockTesting
import Foundation
import Testing

/// Runs in a row in one process; `make endurance` makes 10,000 of them.
@Suite(.timeLimit(.minutes(30))) struct EnduranceTests {
    @Test(arguments: Setting.all) func runsLeaveNothing(setting: Setting) throws {
        guard setting.isPossible else { return }
        try expectNothingLeft(["runs", setting.level, "150"], setting)
    }

    @Test(arguments: Setting.all.filter { $0.level == "full" }) func warmRunsLeaveNothing(setting: Setting) throws {
        guard setting.isPossible else { return }
        try expectNothingLeft(["warm", "full", "150"], setting)
    }

    /// In a cache of its own: its files are counted, and other tests have runs under way beside this one.
    private func expectNothingLeft(_ arguments: [String], _ setting: Setting) throws {
        let binary = try BuiltBinary("airlock-endurance", as: setting.identity)
        let cache = "\(binary.cache)/endurance-\(UInt32.random(in: .min ... .max))"
        defer { try? FileManager.default.removeItem(atPath: cache) }
        let answer = try binary.run(
            arguments, environment: ["AIRLOCK_CACHE": cache, "TMPDIR": cache + "/scratch"])
        #expect(answer.exitCode == 0, "\(answer.output)\n\(answer.errors)")
    }
}
