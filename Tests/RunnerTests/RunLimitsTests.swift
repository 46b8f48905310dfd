import AirlockCore
import Broker
import Sandbox
import Templating
import Testing

@testable import Runner

@Suite struct RunLimitsTests {
    private func limits(_ settings: [(String, String)]) throws -> TemplateLimits {
        var limits = TemplateLimits()
        for (name, text) in settings { try limits.set(name, toText: text) }
        return limits
    }

    @Test func theCallerGoesOverTheTemplateAndThatOverTheDefaults() throws {
        let result = try RunLimits(
            template: limits([("wall", "10s"), ("memory", "256MiB"), ("calls", "3")]),
            caller: limits([("wall", "5s"), ("rows", "10")]))
        #expect(result.sandbox.wall == .seconds(5))
        #expect(result.sandbox.memory == .mebibytes(256))
        #expect(result.broker.calls == 3)
        #expect(result.broker.rows == 10)
        #expect(result.sandbox.files == RunLimits().sandbox.files)
    }

    @Test func aLongerWallTakesTheOthersAlong() throws {
        let result = try RunLimits(template: limits([]), caller: limits([("wall", "10m")]))
        #expect(result.sandbox.total > .seconds(600))
        #expect(result.sandbox.cpu == .seconds(600))
    }

    @Test(arguments: [("memory", "3GiB"), ("wall", "10m"), ("calls", "1000"), ("output", "5MiB")])
    func aTemplateCannotRaiseALimitFarByItself(name: String, text: String) throws {
        let template = try limits([(name, text)])
        #expect {
            try RunLimits(template: template, caller: TemplateLimits())
        } throws: {
            ($0 as? AirlockError)?.code == .invalidTemplate
                && ($0 as? AirlockError)?.message.contains("'\(name)'") == true
        }
        // The caller's word takes it.
        _ = try RunLimits(template: template, caller: template)
    }

    @Test func aTemplateMayRaiseALimitALittle() throws {
        let result = try RunLimits(template: limits([("wall", "1m"), ("memory", "1GiB")]), caller: TemplateLimits())
        #expect(result.sandbox.wall == .seconds(60))
        #expect(result.sandbox.memory == .gibibytes(1))
    }

    @Test(arguments: [
        ("wall", "2h"), ("memory", "128GiB"), ("files", "4096"), ("files", "3"), ("memory", "4KiB"),
        ("rows", "99999999999"), ("processes", "99999"),
    ])
    func beyondTheMaximumIsRefusedByName(name: String, text: String) throws {
        let caller = try limits([(name, text)])
        #expect {
            try RunLimits(template: TemplateLimits(), caller: caller)
        } throws: {
            ($0 as? AirlockError)?.message.contains("'\(name)'") == true
        }
    }
}

@Suite struct RunIDTests {
    /// The fields of RFC 9562 appendix A.6.
    @Test func hasTheFieldsOfTheRFC() {
        let id = RunID.make(milliseconds: 0x017F_22E2_79B0, random: (0x0CC3, 0x18C4_DC0C_0C07_398F))
        #expect(id == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test func laterOnesSortBehind() {
        let early = RunID.make(milliseconds: 1, random: (.max, .max))
        let late = RunID.make(milliseconds: 2, random: (0, 0))
        #expect(early < late)
        #expect(RunID.new() != RunID.new())
    }
}
