/// The one error type at module borders: what went wrong, where, and what to do about it.
///
/// How a run ended is not an error but a ``RunStatus``; this is for what keeps a run from being made, or a call from
/// being answered. Messages hold no secret and no variable's value.
public struct AirlockError: Error, Sendable, Hashable {
    /// A stable, machine-readable name of the kind of failure.
    public struct Code: RawRepresentable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
    }

    /// The place the error speaks of.
    public enum Location: Sendable, Hashable {
        case file(String, line: Int? = nil, column: Int? = nil)
        /// A JSON pointer (RFC 6901) into the variables or a document.
        case pointer(String)
        case script(line: Int)
        /// A place in a query's text, from 1.
        case query(line: Int, column: Int)
        case argument(String)
    }

    public var code: Code
    /// One sentence a user can act on, without a final stop; cut beyond ``maxSentenceBytes``, like ``hint``.
    public var message: String
    public var location: Location?
    /// What to do about it.
    public var hint: String?
    /// What lies beneath, in the words of the layer that failed.
    public var cause: String?
    /// The single faults, where several were found at once.
    public var problems: [Problem]

    public init(
        _ code: Code, _ message: String, at location: Location? = nil, hint: String? = nil, cause: String? = nil,
        problems: [Problem] = []
    ) {
        self.code = code
        self.message = Self.cut(message)
        self.location = location
        self.hint = hint.map(Self.cut)
        self.cause = cause
        self.problems = problems
    }
}

extension AirlockError.Code {
    public static let invalidArgument = Self(rawValue: "invalid_argument")
    public static let invalidTemplate = Self(rawValue: "invalid_template")
    public static let invalidVariables = Self(rawValue: "invalid_variables")
    public static let unknownTemplate = Self(rawValue: "unknown_template")
    public static let invalidQuery = Self(rawValue: "invalid_query")
    public static let unsupportedQuery = Self(rawValue: "unsupported_query")
    public static let unknownObject = Self(rawValue: "unknown_object")
    public static let unknownMethod = Self(rawValue: "unknown_method")
    public static let permissionDenied = Self(rawValue: "permission_denied")
    public static let quotaExceeded = Self(rawValue: "quota_exceeded")
    public static let timedOut = Self(rawValue: "timed_out")
    public static let upstreamFailed = Self(rawValue: "upstream_failed")
    public static let invalidData = Self(rawValue: "invalid_data")
    public static let fileFailed = Self(rawValue: "file_failed")
    public static let isolationUnavailable = Self(rawValue: "isolation_unavailable")
    public static let interpreterUnavailable = Self(rawValue: "interpreter_unavailable")
    public static let cancelled = Self(rawValue: "cancelled")
    public static let internalError = Self(rawValue: "internal_error")
}

/// One fault among several: a variable's value, a line of a manifest.
public struct Problem: Sendable, Hashable {
    /// A stable, machine-readable name: `minimum`, `unknown_variable`, `pattern` …
    public var code: String
    /// One sentence, without a final stop; cut beyond ``AirlockError/maxSentenceBytes``.
    public var message: String
    /// A JSON pointer (RFC 6901) to the value at fault; empty for the whole.
    public var pointer: String
    /// What was allowed, where it can be said as data.
    public var allowed: JSONValue?
    /// A value that would have been right.
    public var suggested: JSONValue?
    /// The line and column in the file at fault, from 1.
    public var line: Int?
    public var column: Int?

    public init(
        _ code: String, _ message: String, pointer: String = "", allowed: JSONValue? = nil,
        suggested: JSONValue? = nil, line: Int? = nil, column: Int? = nil
    ) {
        self.code = code
        self.message = AirlockError.cut(message)
        self.pointer = pointer
        self.allowed = allowed
        self.suggested = suggested
        self.line = line
        self.column = column
    }
}

extension AirlockError: CustomStringConvertible {
    /// The message, its place, the single faults and the hint, over as many lines as it takes.
    public var description: String {
        var text = message
        if let location { text += " (\(location))" }
        for problem in problems { text += "\n  \(problem)" }
        if let cause { text += "\n  cause: \(cause)" }
        if let hint { text += "\n  \(hint)" }
        return text
    }
}

extension AirlockError.Location: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let path, let line?, let column?): "\(path):\(line):\(column)"
        case .file(let path, let line?, nil): "\(path):\(line)"
        case .file(let path, _, _): path
        case .pointer(let pointer): pointer.isEmpty ? "the whole value" : pointer
        case .script(let line): "script line \(line)"
        case .query(let line, let column): "query line \(line), column \(column)"
        case .argument(let name): name
        }
    }
}

extension Problem: CustomStringConvertible {
    public var description: String {
        var text = pointer.isEmpty ? "" : "\(pointer): "
        if let line { text = "line \(line)\(column.map { ", column \($0)" } ?? ""): " + text }
        text += message
        if let suggested { text += " (suggested: \(suggested.json))" }
        return text
    }

    /// The problem as a result document carries it.
    public var jsonValue: JSONValue {
        var object: JSONObject = ["code": .string(code), "message": .string(message), "pointer": .string(pointer)]
        if let allowed { object["allowed"] = allowed }
        if let suggested { object["suggested"] = suggested }
        if let line { object["line"] = .int(line) }
        if let column { object["column"] = .int(column) }
        return .object(object)
    }
}

extension AirlockError {
    /// The error as a result document and a broker reply carry it.
    public var jsonValue: JSONValue {
        var object: JSONObject = ["code": .string(code.rawValue), "message": .string(message)]
        if let location { object["location"] = .string(String(describing: location)) }
        if let hint { object["hint"] = .string(hint) }
        if let cause { object["cause"] = .string(cause) }
        if !problems.isEmpty { object["problems"] = .array(problems.map(\.jsonValue)) }
        return .object(object)
    }
}
