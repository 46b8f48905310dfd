public import AirlockCore

/// What one run may ask of the broker and hand out through it. `docs/broker.md` lists the defaults.
///
/// Reaching a limit answers the call with `quota_exceeded` (a notification is dropped and logged) and is counted; the
/// third breach of the same kind ends the run.
public struct BrokerLimits: Sendable, Hashable {
    /// Bytes of one frame from the script; a longer one ends the run at once. Default 8 MiB.
    public var frameBytes = ByteCount.mebibytes(8)
    /// Requests, answered or refused. Default 100.
    public var calls = 100
    /// Requests under way at the same time. Default 4.
    public var concurrentCalls = 4
    /// The sum of all calls' times. Default 60 s.
    public var callTime = Duration.seconds(60)
    /// Time of one call; it is given up with `timed_out`. Default 30 s.
    public var timePerCall = Duration.seconds(30)
    /// Bytes of all requests together. Default 8 MiB.
    public var requestBytes = ByteCount.mebibytes(8)
    /// Bytes of all replies together. Default 64 MiB.
    public var replyBytes = ByteCount.mebibytes(64)
    /// Rows of all replies together; the reply that reaches it is cut and says so. Default 200,000.
    public var rows = 200_000
    /// Rows of one reply; more are cut, and the reply says so. Default 50,000.
    public var rowsPerCall = 50_000
    /// Notifications of all kinds. Default 10,000.
    public var notifications = 10_000
    /// Bytes of tables, charts, markdown, metrics, artifacts, log lines and the result together. Default 32 MiB.
    public var outputBytes = ByteCount.mebibytes(32)
    /// Default 50.
    public var artifacts = 50
    /// Default 10,000.
    public var logLines = 10_000
    /// How many breaches of one kind end the run. Default 3; at least 1.
    public var breaches = 3

    public init() {}
}
