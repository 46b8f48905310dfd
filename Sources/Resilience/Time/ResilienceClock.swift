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

    /// Calls `ring` at `moment`, or soon if that has passed: from any thread, and unless it was called off before.
    ///
    /// What every attempt needs and hardly any uses. A clock of its own kind may leave it to a task that sleeps, which is
    /// what happens by default; a task for each costs more than all the rest of a quick call.
    func alarm(at moment: Duration, _ ring: @escaping @Sendable () -> Void) -> Alarm

    /// Where work that outlives the task which began it is to run; `nil`, the usual case, is the global executor.
    /// A simulation names its own here, since a task that is not a child inherits none.
    var taskExecutor: (any TaskExecutor)? { get }
}

extension ResilienceClock {
    public var taskExecutor: (any TaskExecutor)? { nil }

    public func alarm(at moment: Duration, _ ring: @escaping @Sendable () -> Void) -> Alarm {
        let task = Task(executorPreference: taskExecutor) {
            do { try await sleep(until: moment) } catch { return }
            ring()
        }
        return Alarm { task.cancel() }
    }
}

/// A call that is to be made at some moment.
public struct Alarm: Sendable {
    private let end: @Sendable () -> Void

    public init(_ end: @escaping @Sendable () -> Void) { self.end = end }

    /// It is not made, unless its moment has come already. To be called once it is of no use, also after it was made.
    public func callOff() { end() }
}
