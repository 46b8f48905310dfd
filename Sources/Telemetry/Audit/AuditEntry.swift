internal import AirlockCore

/// One call, as the audit log keeps it: who asked what of which source, and what came of it. Neither a query's text nor a
/// value is in it, only digests.
public struct AuditEntry: Sendable, Hashable {
    /// Who asked: an account, a token's name, a user id.
    public var who: String
    /// The run's id; empty for a call outside of a run.
    public var run: String
    /// The template's name; empty without one.
    public var template: String
    /// `query`, `capture` …
    public var method: String
    /// SHA-256 of the query's text in hexadecimal; empty for a method without one.
    public var queryDigest: String
    public var rows: Int
    /// `ok`, or the code of the error that answered the call.
    public var verdict: String

    public init(
        who: String, run: String = "", template: String = "", method: String, queryDigest: String = "", rows: Int = 0,
        verdict: String
    ) {
        self.who = who
        self.run = run
        self.template = template
        self.method = method
        self.queryDigest = queryDigest
        self.rows = rows
        self.verdict = verdict
    }

    /// The digest of a query's text.
    public static func digest(ofQuery text: String) -> String { SHA256.hexDigest(text.utf8) }

    var members: [(String, JSONValue)] {
        let texts = [
            ("who", who), ("run", run), ("template", template), ("method", method), ("query_digest", queryDigest),
            ("verdict", verdict),
        ]
        return texts.map { ($0, .string(LogText.clean($1, maxBytes: 512))) } + [("rows", .int(rows))]
    }
}
