public import AirlockCore

/// What is told of a run while it goes on. Called one at a time, in the run's order, from any thread; must return soon.
public struct BrokerObserver: Sendable {
    public var progress: @Sendable (Progress) -> Void
    public var log: @Sendable (LogLine) -> Void
    public var output: @Sendable (RunOutput) -> Void

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
