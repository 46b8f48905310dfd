extension LinearRegex {
    /// The syntax a pattern is written in.
    public enum Dialect: String, Sendable, Hashable, CaseIterable {
        /// ECMA-262 with the `u` flag, as JSON Schema's `pattern` wants it. No flags inside a pattern.
        case ecmaScript
        /// RE2 (https://github.com/google/re2/wiki/Syntax).
        case re2
        /// RE2 as ClickHouse sets it up: as if the pattern began with `(?s)`, so that `.` matches a line feed too.
        case clickHouse
    }
}

/// What `(?imsU)` turns on.
struct Flags: OptionSet {
    let rawValue: UInt8

    static let foldsCase = Flags(rawValue: 1)
    static let multiline = Flags(rawValue: 2)
    static let dotMatchesNewline = Flags(rawValue: 4)
    static let ungreedy = Flags(rawValue: 8)
}
