/// A system call that the sandbox refused, or ended the run for.
public struct RefusedCall: Sendable, Hashable {
    /// As the kernel names it, `socket`; `syscall 1000` for a number that has no name.
    public var name: String
    /// How often, by the kernel's word.
    public var count: Int
    /// The lines of the script that made the first of these calls, from 1, each once, in their order. A hint of the
    /// interpreter's, which the script can spoil; empty where nothing is known.
    public var lines: [Int]

    public init(name: String, count: Int, lines: [Int] = []) {
        self.name = name
        self.count = count
        self.lines = lines
    }

    public var family: SyscallFamily { SyscallFamily(of: name) }

    /// `line 12 called socket (network). This sandbox has none; use airlock.query.`
    public var sentence: String {
        let times = count > 1 ? ", \(count) times" : ""
        return "\(subject) called \(name) (\(family.noun))\(times). \(family.advice)"
    }

    /// The same of a call that ended the run.
    public var fatalSentence: String {
        "\(subject) called \(name) (\(family.noun)), which ends the run. \(family.advice)"
    }

    private var subject: String {
        guard let last = lines.last else { return "the script" }
        if lines.count == 1 { return "line \(last)" }
        return "lines " + lines.dropLast().map(String.init).joined(separator: ", ") + " and \(last)"
    }
}
