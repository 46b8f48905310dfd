public import AirlockCore

/// What is told of a run while it goes on. Called one at a time, in the run's order, from any thread; must return soon.
public struct BrokerObserver: Sendable {
    public var progress: @Sendable (Progress) -> Void
    public var log: @Sendable (LogLine) -> Void
    public var output: @Sendable (RunOutput) -> Void
    /// Told of a call before its reply is sent, and of those that the run's end left open. When it throws, the run ends as
    /// `internal_error`, and no reply is sent any more: what cannot be recorded must not be answered.
    public var call: @Sendable (CallRecord) throws(AirlockError) -> Void = { _ throws(AirlockError) in }
    /// Performs a call to the driver, given its method, in a context of its own: a span, the run's id. Must call the body.
    public var around: @Sendable (_ method: String, _ body: @Sendable () async -> Void) async -> Void = { await $1() }

    public init(
        progress: @escaping @Sendable (Progress) -> Void = { _ in },
        log: @escaping @Sendable (LogLine) -> Void = { _ in },
        output: @escaping @Sendable (RunOutput) -> Void = { _ in }
    ) {
        self.progress = progress
        self.log = log
        self.output = output
    }
}
