import AirlockCore
import Templating

/// A file of runs, read whole and in bounds: nothing is run before all of it is known to be right.
struct BatchFile: Sendable {
    static let maxLineBytes = 1 << 20
    static let maxEntries = 100_000
    /// Of all lines together: they are kept until their runs are made.
    static let maxBytes = 256 << 20

    /// As the user named it.
    let path: String
    private(set) var entries: [BatchEntry] = []
    private(set) var problems: [Problem] = []

    /// - Parameters:
    ///   - path: `-` for standard input.
    ///   - limits: what holds for lines that set none of their own.
    /// - Throws: `file_failed` when it cannot be read; `invalid_argument` for one with more than a batch may have. What
    ///   is wrong with lines is in ``problems``.
    init(_ path: String, limits: TemplateLimits) throws(AirlockError) {
        self.path = path
        var reader = try LineReader(path, maxBytes: Self.maxLineBytes)
        var lines: [JSONValue: Int] = [:]
        var bytes = 0
        while let line = try reader.next(), problems.count <= AirlockError.maxProblems {
            guard !line.isCut else {
                refuse(line.number, "size", "a line takes at most \(ByteCount(Self.maxLineBytes))")
                continue
            }
            // Empty lines are nothing, as between runs that a person wrote.
            guard line.bytes.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
            bytes += line.bytes.count
            guard bytes <= Self.maxBytes, entries.count < Self.maxEntries else { throw Self.tooLarge(path) }
            do throws(BatchFault) {
                let entry = try BatchEntry(line.bytes, line: line.number, over: limits)
                if let earlier = lines.updateValue(line.number, forKey: entry.id) {
                    refuse(
                        line.number, "duplicate_id", "the id is that of line \(earlier) too; each run needs its own",
                        "/id")
                }
                // One that cannot be run is looked at all the same, so that all that is wrong with it is said at once.
                entries.append(entry)
            } catch {
                problems += error.problems
            }
        }
    }

    private mutating func refuse(_ line: Int, _ code: String, _ message: String, _ pointer: String = "") {
        problems.append(Problem(code, message, pointer: pointer, line: line))
    }

    private static func tooLarge(_ path: String) -> AirlockError {
        AirlockError(
            .invalidArgument,
            "a batch has at most \(maxEntries) runs and \(ByteCount(maxBytes))", at: .file(path),
            hint: "Split it into several files, each with an output of its own.")
    }

    /// The error of a batch with these problems; `nil` without any.
    func error(_ problems: [Problem]) -> AirlockError? {
        guard !problems.isEmpty else { return nil }
        let lines = Set(problems.compactMap(\.line)).count
        let count = problems.count > AirlockError.maxProblems ? "at least \(lines)" : String(lines)
        return AirlockError(
            .invalidArgument,
            "\(count) \(lines == 1 ? "line is not as a batch needs it" : "lines are not as a batch needs them"); "
                + "nothing was run",
            at: .file(path == "-" ? "standard input" : path),
            hint: "'airlock batch --help' shows what a line holds.",
            problems: problems.sorted { ($0.line ?? 0, $0.pointer) < ($1.line ?? 0, $1.pointer) }.bounded)
    }
}
