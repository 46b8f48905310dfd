public import AirlockCore

/// Why a value does not have its format.
public struct FormatFault: Sendable, Hashable {
    /// What the value must be, to stand after its pointer: `must be a known event; did you mean 'signup'`.
    public var message: String
    /// What was allowed, where it can be said as data.
    public var allowed: JSONValue?
    /// A value that would be right.
    public var suggested: JSONValue?

    public init(_ message: String, allowed: JSONValue? = nil, suggested: JSONValue? = nil) {
        self.message = message
        self.allowed = allowed
        self.suggested = suggested
    }
}

/// Formats that the caller knows how to check.
public struct FormatRegistry: Sendable {
    /// Says what is wrong with a value of any type; `nil` when nothing is, or when the format says nothing about
    /// values of this type.
    public typealias Check = @Sendable (JSONValue) -> FormatFault?

    private var checks: [String: Check]

    public init(_ checks: [String: Check] = [:]) { self.checks = checks }

    /// The check of a format; it takes precedence over a built-in one.
    public subscript(_ name: String) -> Check? {
        get { checks[name] }
        set { checks[name] = newValue }
    }

    public var names: [String] { checks.keys.sorted() }
}
