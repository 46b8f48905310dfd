package import AirlockCore

/// Which files of `sandbox/profiles` make the rules of a run: each takes the place of the ones before it for the calls
/// that it names.
package struct SeccompRules: Sendable {
    private let files: [String: [UInt8]]
    private let strict: SeccompProfile
    /// What the interpreter may call besides until the script's first line.
    package let startup: SeccompProfile

    /// Reads what every run needs; the others are read with the first run that asks for them.
    package init(files: [String: [UInt8]]) throws(AirlockError) {
        self.files = files
        strict = try Self.read("strict.json", from: files)
        startup = try Self.read("startup.json", from: files)
    }

    /// The names of a profile's files, the weakest first.
    package static func files(_ profile: SandboxProfile, at level: IsolationReport.Level) -> [String] {
        var names = ["strict.json"]
        if profile != .strict { names.append("data.json") }
        if profile == .box { names.append("box.json") }
        return level == .full ? names : names + ["portable.json"]
    }

    /// What the running script may call.
    package func profile(
        _ profile: SandboxProfile, at level: IsolationReport.Level
    ) throws(AirlockError) -> SeccompProfile {
        var result = strict
        for name in Self.files(profile, at: level).dropFirst() {
            result = result.overridden(by: try Self.read(name, from: files))
        }
        return result
    }

    private static func read(_ name: String, from files: [String: [UInt8]]) throws(AirlockError) -> SeccompProfile {
        guard let bytes = files[name] else {
            throw AirlockError(.invalidArgument, "the seccomp profile \(name) is missing")
        }
        return try SeccompProfile(json: bytes, name: name)
    }
}
