/// Where everything here that waits, expires or retries takes its time from; a test brings its own.
///
/// A moment is a `Duration` since one that the clock chose and nobody needs to know.
public protocol ResilienceClock: Sendable {
    /// The time since the clock's own beginning; never goes back.
    var now: Duration { get }

    /// The time since 1970-01-01T00:00:00Z, for dates that come from outside. It may jump either way.
    var unixTime: Duration { get }

    /// Returns at `moment`, or at once if that has passed.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, and nothing else.
    func sleep(until moment: Duration) async throws

    /// Where work that outlives the task which began it is to run; `nil`, the usual case, is the global executor.
    /// A simulation names its own here, since a task that is not a child inherits none.
    var taskExecutor: (any TaskExecutor)? { get }
}

extension ResilienceClock {
    public var taskExecutor: (any TaskExecutor)? { nil }
}
