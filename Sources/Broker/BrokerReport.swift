public import AirlockCore

/// What the broker knows of a run. It is complete once the channel's `ended()` has returned.
public struct BrokerReport: Sendable {
    /// That the broker ended the run, and why.
    public struct Ending: Sendable, Hashable {
        /// `quota_exceeded`, `protocol_violation`, or `internal_error` where a call could not be recorded.
        public var status: RunStatus
        public var reason: String
    }

    /// What the script showed, in its order.
    public var outputs: [RunOutput] = []
    public var logs: [LogLine] = []
    /// The last one.
    public var progress: Progress?
    /// What the script gave to `airlock.result`: `.null` when it gave None, `nil` when it gave nothing.
    public var result: JSONValue?
    /// What the script said went wrong: a claim.
    public var exception: ScriptException?
    /// Whether the script said that the exception was a failed call's own: a claim, to be held against
    /// ``lastUpstreamError``.
    public var exceptionClaimsUpstream = false
    /// The failure of the data source that reached the script, if no other error reached it later.
    public var lastUpstreamError: AirlockError?
    /// What the interpreter's compile() made of the script, before any of it ran: only where the start asked for it, and it
    /// could be given. It is nobody's but the same script's.
    public var code: [UInt8]?
    public var transcript: [CallRecord] = []
    /// Requests, answered or refused.
    public var calls = 0
    /// Rows of all replies.
    public var rows = 0
    /// Bytes of all requests' and replies' frames: JSON text, and for replies the 4 bytes of length.
    public var requestBytes = 0
    public var replyBytes = 0
    /// Time during which at least one call was under way.
    public var brokerWait: Duration = .zero
    /// Breaches by the quota's name.
    public var breaches: [String: Int] = [:]
    /// `nil` unless the broker ended the run.
    public var ending: Ending?

    public init() {}
}
