import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// A level of isolation, and who asks for it.
struct Setting: Sendable, CustomTestStringConvertible {
    var level: String
    var identity: BuiltBinary.Identity

    var testDescription: String { "\(level), \(identity == .own ? "as the tests' own user" : "as an ordinary user")" }

    static var all: [Setting] {
        ["full", "portable"].flatMap { level in
            BuiltBinary.Identity.possible.map { Setting(level: level, identity: $0) }
        }
    }

    /// Those that this host can have at all.
    static let possible: [Setting] = all.filter { setting in
        let answer = try? BuiltBinary(as: setting.identity).run(
            ["exec", "-", "--format", "json", "--isolation", setting.level], input: "pass")
        return answer?.exitCode == 0
    }

    var isPossible: Bool { Self.possible.contains { $0.testDescription == testDescription } }

    /// Steps of namespaces, which portable isolation does not take.
    static let fullOnly: Set<String> = [
        "id_map", "open_source", "private_mounts", "root", "bind", "scratch", "pivot", "old_root", "hostname",
    ]

    func takes(_ step: String) -> Bool { level == "full" || !Self.fullOnly.contains(step) }
}

/// What this host cannot show is named, and where CI is set nothing may be left out.
@Suite struct SettingTests {
    @Test func nothingIsLeftOut() {
        let missing = Setting.all.filter { !$0.isPossible }.map(\.testDescription)
        for setting in missing { print("fault tests: not applicable on this host: \(setting)") }
        if ProcessInfo.processInfo.environment["CI"] != nil { #expect(missing.isEmpty) }
    }
}
