/// The forms a result can be given in.
public enum OutputFormat: String, Sendable, Hashable, CaseIterable {
    /// For people at a terminal.
    case table
    /// One document that holds everything.
    case json
    /// The rows of the tables, one JSON object a line.
    case jsonl
    /// The tables, after RFC 4180.
    case csv
    /// GitHub-flavoured Markdown.
    case markdown
    /// One self-contained page.
    case html
}
