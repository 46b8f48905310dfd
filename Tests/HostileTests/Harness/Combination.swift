import AirlockCore
import AirlockTesting
import Testing

/// A level of isolation and who asks for it.
struct Combination: Sendable, CustomTestStringConvertible {
    var level: String
    var identity: BuiltBinary.Identity

    static var possible: [Combination] {
        ["full", "portable"].flatMap { level in
            BuiltBinary.Identity.possible.map { Combination(level: level, identity: $0) }
        }
    }

    var testDescription: String { "\(level), \(identity == .own ? "as the tests' own user" : "as an ordinary user")" }

    /// Why this host cannot run it; `nil` if it can.
    var obstacle: String? {
        guard
            let answer = try? BuiltBinary(as: identity).run(
                ["exec", "-", "--format", "json", "--isolation", level], input: "pass"), let result = try? answer.json()
        else { return "the binary does not run" }
        let isUnavailable = result["error"]?["code"]?.stringValue == "isolation_unavailable"
        return isUnavailable ? result["reason"]?.stringValue ?? "isolation_unavailable" : nil
    }

    /// Those that this host cannot run, with the reason. Found out once.
    static let impossible: [String: String] = Dictionary(
        uniqueKeysWithValues: possible.compactMap { one in one.obstacle.map { (one.testDescription, $0) } })

    var isPossible: Bool { Self.impossible[testDescription] == nil }
}
