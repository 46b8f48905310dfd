internal import AirlockCore

/// A `{{ name }}` where a value may stand.
struct Placeholder: Sendable, Hashable {
    var name: String
    /// Its bytes in the script, braces included; all on one line.
    var range: Range<Int>
    var position: SourcePosition
}

/// What a search of a script for placeholders found.
struct PlaceholderScan: Sendable {
    var placeholders: [Placeholder] = []
    /// Placeholders where none may stand, and strings without an end.
    var problems: [Problem] = []
    /// Identifiers and texts of the script outside comments, to tell which variables it may be reading by name.
    var words: Set<String> = []
}
