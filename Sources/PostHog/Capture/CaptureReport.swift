public import AirlockCore

/// What became of events so far.
public struct CaptureReport: Sendable, Hashable {
    /// An event that PostHog does not take.
    public struct Refusal: Sendable, Hashable {
        public var uuid: String
        /// PostHog's own words.
        public var reason: String
    }

    /// Events that this process put on the disk.
    public var accepted = 0
    /// Events that others left behind, and this process took over.
    public var recovered = 0
    /// Events that PostHog said it took.
    public var sent = 0
    /// Events that PostHog refused; they are kept in ``refusedFile``.
    public var refused = 0
    /// Events that wait on the disk.
    public var pending = 0
    /// Requests that PostHog took.
    public var batches = 0
    /// Bytes of other processes' files that could not be read; the files are kept beside the spool's as `N.damaged`.
    public var damagedBytes = 0
    /// The first twenty.
    public var refusals: [Refusal] = []
    /// Where the refused events are, each with its reason.
    public var refusedFile: String?
    /// Why events wait, where something keeps them.
    public var obstacle: AirlockError?

    static let maxRefusals = 20

    public init() {}
}
