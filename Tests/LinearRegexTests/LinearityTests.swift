import Testing

@testable import LinearRegex

/// Counts instructions, not time: a pattern that makes backtracking engines explode costs in proportion to the text.
@Suite struct LinearityTests {
    private func steps(_ regex: LinearRegex, _ text: String) -> Int {
        var left = Int.max
        _ = regex.contains(text, stepsLeft: &left)
        return Int.max - left
    }

    @Test(arguments: [
        "(a+)+$", "(a|a)*$", "(a|aa)+$", "(a*)*$", "(.*a){12}$", "(?:a?){30}a{30}$", "(([a-z])+.)+[A-Z]([a-z])+$",
        "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y", "\\b(a+)+\\b$", "(?:(?:a+)+)+b",
    ])
    func costGrowsWithTheTextOnly(pattern: String) throws {
        let regex = try LinearRegex(pattern)
        let (short, long) = (10_000, 100_000)
        let counts = [short, long].map { steps(regex, String(repeating: "a", count: $0) + "!") }
        let bound = 3 * regex.program.instructions.count
        #expect(counts[0] <= (short + 2) * bound)
        #expect(counts[1] <= (long + 2) * bound)
        #expect(counts[1] <= counts[0] * 11)
    }

    @Test func capturesCostNoMore() throws {
        let regex = try LinearRegex("((a+)+)+$", dialect: .re2)
        let bytes = Array((String(repeating: "a", count: 20_000) + "!").utf8)
        let steps = bytes.withUnsafeBufferPointer { buffer in
            regex.program.withMachine(over: UTF8Text(bytes: buffer)) { machine in
                _ = machine.firstMatch(from: 0)
                return machine.steps
            }
        }
        #expect(steps <= (bytes.count + 1) * 3 * regex.program.instructions.count)
    }

    @Test func longLiteralsAreFoundInLinearTime() throws {
        let regex = try LinearRegex(String(repeating: "a", count: 5000) + "b")
        #expect(regex.literal != nil)
        #expect(!regex.contains(String(repeating: "a", count: 1_000_000)))
        #expect(regex.contains(String(repeating: "a", count: 100_000) + "b"))
    }

    @Test func budgetIsKept() throws {
        let regex = try LinearRegex("(a+)+$")
        let text = String(repeating: "a", count: 100_000) + "!"
        var left = 1000
        #expect(regex.contains(text, stepsLeft: &left) == nil)
        #expect(left <= 0 && left > -1000)
        left = 10_000_000
        #expect(regex.contains(text, stepsLeft: &left) == false)
        #expect(left > 0)
    }
}
