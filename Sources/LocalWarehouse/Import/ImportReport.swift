/// What an import did.
public struct ImportReport: Sendable, Hashable {
    /// Events that were added.
    public var events = 0
    /// Events whose `uuid` was there already; they were left as they were.
    public var duplicates = 0
    /// Wishes of `$identify` and `$create_alias` to make one person of two that were not followed, since the other person
    /// is identified already.
    public var refusedMerges = 0
    /// Records that are no event.
    public var rejected = 0
    /// The first few of them.
    public var firstRejections: [RejectedRecord] = []
    /// Where all of them were kept aside; `nil` when there were none.
    public var rejectedPath: String?
    /// Persons and sessions in the warehouse afterwards.
    public var persons = 0
    public var sessions = 0
    /// Bytes read from the input file, packed as they are.
    public var inputBytes = 0
    public var time: Duration = .zero

    public init() {}
}

/// A record that is no event.
public struct RejectedRecord: Sendable, Hashable {
    /// The line it begins on, from 1.
    public var line: Int
    public var reason: String
    /// Its beginning, escaped for a terminal.
    public var quote: String

    public init(line: Int, reason: String, quote: String) {
        self.line = line
        self.reason = reason
        self.quote = quote
    }
}

/// How far an import has come.
public struct ImportProgress: Sendable, Hashable {
    public var bytesRead: Int
    /// `nil` for an input without a known size.
    public var totalBytes: Int?
    public var events: Int
    /// Whether the rows are in and persons, sessions and indexes are being made.
    public var isFinishing: Bool

    public init(bytesRead: Int, totalBytes: Int?, events: Int, isFinishing: Bool = false) {
        self.bytesRead = bytesRead
        self.totalBytes = totalBytes
        self.events = events
        self.isFinishing = isFinishing
    }
}
