/// Which system calls a script may make, and so what it may be made of. Each is more than the one before.
public enum SandboxProfile: String, Sendable, Hashable, CaseIterable {
    /// One process of one thread, with the interpreter's standard library. The default.
    case strict
    /// Threads, and the packages that are installed for the interpreter: numpy, pandas, matplotlib.
    case data
    /// Processes and programs too: a shell and the usual tools. Needs full isolation, and the caller's own word.
    case box

    /// The profile of this name.
    ///
    /// - Throws: `invalid_argument` with the nearest name.
    public init(named name: String) throws(AirlockError) {
        guard let profile = Self(rawValue: name) else {
            throw AirlockError(
                .invalidArgument, "there is no profile '\(name.prefix(80))'\(Self.nearest(to: name))",
                at: .argument("--profile"))
        }
        self = profile
    }

    /// What to say after a name that is none.
    public static func nearest(to name: String) -> String {
        let names = allCases.map(\.rawValue)
        return nearestName(to: name, in: names).map { "; the nearest is '\($0)'" }
            ?? "; there are \(names.joined(separator: ", "))"
    }
}
