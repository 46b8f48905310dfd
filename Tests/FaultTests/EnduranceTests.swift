import AirlockTesting
import Foundation
import Testing

/// Runs in a row in one process; `make endurance` makes 10,000 of them.
@Suite(.timeLimit(.minutes(30))) struct EnduranceTests {
    @Test(arguments: Setting.all) func runsLeaveNothing(setting: Setting) throws {
        guard setting.isPossible else { return }
        let binary = try BuiltBinary("airlock-endurance", as: setting.identity)
        let answer = try binary.run(["runs", setting.level, "150"], environment: ["TMPDIR": binary.cache + "/scratch"])
        #expect(answer.exitCode == 0, "\(answer.output)\n\(answer.errors)")
    }

    @Test(arguments: Setting.all.filter { $0.level == "full" }) func warmRunsLeaveNothing(setting: Setting) throws {
        guard setting.isPossible else { return }
        let binary = try BuiltBinary("airlock-endurance", as: setting.identity)
        let answer = try binary.run(["warm", "full", "150"], environment: ["TMPDIR": binary.cache + "/scratch"])
        #expect(answer.exitCode == 0, "\(answer.output)\n\(answer.errors)")
    }
}
