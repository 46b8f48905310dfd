public import AirlockCore

/// The limits a template declares for its runs; `nil` where it declares none. A template may lower a default as it
/// likes and raise it fourfold; more takes the caller's own word.
public struct TemplateLimits: Sendable, Hashable {
    /// The script's own wall time, without its waiting for the broker.
    public var wall: Duration?
    /// From start to end, waiting included.
    public var total: Duration?
    /// User and system time.
    public var cpu: Duration?
    public var memory: ByteCount?
    /// What may be written to the scratch folder.
    public var disk: ByteCount?
    /// What may be written to each of standard output and standard error.
    public var output: ByteCount?
    public var processes: Int?
    /// Descriptors open at once.
    public var files: Int?
    /// Calls to the broker.
    public var calls: Int?
    /// Rows of all replies together.
    public var rows: Int?
    /// Bytes of all replies together; `reply` in the manifest.
    public var replyBytes: ByteCount?
    /// Bytes of all requests together; `request` in the manifest.
    public var requestBytes: ByteCount?

    public init() {}
}

extension TemplateLimits {
    /// One limit by its name in a manifest and in `--limit NAME=VALUE`.
    enum Field {
        case time(any WritableKeyPath<TemplateLimits, Duration?> & Sendable)
        case size(any WritableKeyPath<TemplateLimits, ByteCount?> & Sendable)
        case count(any WritableKeyPath<TemplateLimits, Int?> & Sendable)
    }

    static func field(_ name: String) -> Field? {
        switch name {
        case "wall": .time(\.wall)
        case "total": .time(\.total)
        case "cpu": .time(\.cpu)
        case "memory": .size(\.memory)
        case "disk": .size(\.disk)
        case "output": .size(\.output)
        case "processes": .count(\.processes)
        case "files": .count(\.files)
        case "calls": .count(\.calls)
        case "rows": .count(\.rows)
        case "reply": .size(\.replyBytes)
        case "request": .size(\.requestBytes)
        default: nil
        }
    }

    /// The names ``set(_:to:)`` knows, in the order of this type.
    public static let names = [
        "wall", "total", "cpu", "memory", "disk", "output", "processes", "files", "calls", "rows", "reply", "request",
    ]

    /// Sets one limit from a value as a manifest has it: a time (`"20s"`, or seconds), a size (`"64MiB"`, or bytes) or
    /// a whole number.
    ///
    /// - Returns: what was expected when the name is unknown or the value is not a positive one of its kind.
    mutating func set(_ name: String, to value: JSONValue) -> String? {
        switch Self.field(name) {
        case .time(let path):
            guard let time = Self.time(value), time > .zero else { return "a time above zero, \"20s\" or seconds" }
            self[keyPath: path] = time
        case .size(let path):
            guard let size = Self.size(value), size.bytes > 0 else { return "a size above zero, \"64MiB\" or bytes" }
            self[keyPath: path] = size
        case .count(let path):
            // No call and no row are sensible limits; no process is not.
            let mayBeZero = name == "calls" || name == "rows"
            guard let count = value.intValue, count >= (mayBeZero ? 0 : 1) else {
                return mayBeZero ? "a whole number, zero or more" : "a whole number above zero"
            }
            self[keyPath: path] = count
        case nil:
            return "one of \(Self.names.joined(separator: ", "))"
        }
        return nil
    }

    /// Sets one limit from text, as `--limit wall=30s` gives it.
    ///
    /// - Throws: `invalid_argument` for an unknown name, with the nearest one, and for a value that does not fit.
    public mutating func set(_ name: String, toText text: String) throws(AirlockError) {
        guard let field = Self.field(name) else {
            let nearest = nearestName(to: name, in: Self.names).map { "; the nearest is '\($0)'" } ?? ""
            throw AirlockError(
                .invalidArgument, "there is no limit named '\(name)'\(nearest)",
                hint: "The limits are \(Self.names.joined(separator: ", ")).")
        }
        var value = JSONValue.string(text)
        if case .count = field, let number = JSONNumber(text: text) { value = .number(number) }
        if let expected = set(name, to: value) {
            throw AirlockError(.invalidArgument, "the limit '\(name)' takes \(expected)")
        }
    }

    private static func time(_ value: JSONValue) -> Duration? {
        switch value {
        case .string(let text): Duration(text: text)
        case .number(let number): number.text.first == "-" ? nil : number.double.flatMap { Duration(text: plain($0)) }
        default: nil
        }
    }

    private static func size(_ value: JSONValue) -> ByteCount? {
        switch value {
        case .string(let text): ByteCount(text)
        case .number(let number): number.int.map(ByteCount.init)
        default: nil
        }
    }

    /// Milliseconds are as fine as a bare number needs to be.
    private static func plain(_ seconds: Double) -> String {
        guard seconds < 1e12 else { return "" }
        return "\(Int((seconds * 1000).rounded()))ms"
    }
}
