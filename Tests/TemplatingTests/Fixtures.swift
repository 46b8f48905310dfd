import AirlockCore

@testable import Templating

enum Fixtures {
    /// The lines as a metadata block, then the script.
    static func template(_ toml: String, script: String = "") -> [UInt8] {
        let lines = toml.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "#" : "# \($0)" }
        return Array(("# /// script\n" + lines.joined(separator: "\n") + "\n# ///\n" + script).utf8)
    }

    static func load(_ toml: String, script: String = "") throws(AirlockError) -> Template {
        try Template(name: "fixture", bytes: template(toml, script: script))
    }

    static func variables(_ toml: String) throws(AirlockError) -> VariableSchema {
        try load("[tool.airlock.variables]\n" + toml).variables
    }

    /// The error of an action that has to fail.
    static func error(_ action: () throws(AirlockError) -> Void) -> AirlockError? {
        do throws(AirlockError) {
            try action()
            return nil
        } catch {
            return error
        }
    }
}

/// A small generator of reproducible randomness (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
