import AirlockCore
import AirlockTesting
import Testing

/// A level of isolation, who asks for it, and how the sandbox is started.
struct Combination: Sendable, CustomTestStringConvertible {
    var level: String
    var identity: BuiltBinary.Identity
    var start = "cold"

    static var possible: [Combination] {
        ["full", "portable"].flatMap { level in
            BuiltBinary.Identity.possible.flatMap { identity in
                // Portable isolation has no warm path.
                (level == "full" ? ["cold", "warm"] : ["cold"]).map {
                    Combination(level: level, identity: identity, start: $0)
                }
            }
        }
    }

    var testDescription: String {
        "\(level), \(start), \(identity == .own ? "as the tests' own user" : "as an ordinary user")"
    }

    /// By which the command is told.
    var environment: [String: String] { start == "warm" ? ["AIRLOCK_START": start] : [:] }

    /// Why this host cannot run it; `nil` if it can.
    var obstacle: String? {
        guard
            let answer = try? BuiltBinary(as: identity).run(
                ["exec", "-", "--format", "json", "--isolation", level], input: "pass", environment: environment),
            let result = try? answer.json()
        else { return "the binary does not run" }
        let isUnavailable = result["error"]?["code"]?.stringValue == "isolation_unavailable"
        if !isUnavailable, result["start"]?["path"]?.stringValue != start { return "it started otherwise" }
        return isUnavailable ? result["reason"]?.stringValue ?? "isolation_unavailable" : nil
    }

    /// Those that this host cannot run, with the reason. Found out once.
    static let impossible: [String: String] = Dictionary(
        uniqueKeysWithValues: possible.compactMap { one in one.obstacle.map { (one.testDescription, $0) } })

    var isPossible: Bool { Self.impossible[testDescription] == nil }
}
