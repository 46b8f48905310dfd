import Dispatch
import Glibc
import Synchronization

/// Runs asynchronous code on a clock of its own, one job at a time, in an order that is the same each time. Whenever
/// nothing is left to run, the clock is set to the next moment that somebody sleeps for: a day of waiting takes no time.
///
/// What runs inside must wait for nothing but the simulation's clock and for what else runs inside.
public final class Simulation: TaskExecutor {
    /// Everybody waits, and nobody for the clock.
    public struct Stuck: Error {}

    private final class Outcome<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    private let waiting = Mutex<[UnownedJob]>([])

    private init() {}

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        waiting.withLock { $0.append(job) }
    }

    /// Runs `body` to its end.
    ///
    /// - Parameter outside: what it waits for besides the clock.
    /// - Throws: what `body` throws; ``Stuck`` when it can never end.
    public static func run<Value: Sendable>(
        outside: OutsideWork = OutsideWork(),
        _ body: @escaping @Sendable (ManualClock) async throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            // A queue of its own: the test's thread must not wait here for jobs that run on it.
            DispatchQueue(label: "simulation").async { continuation.resume(with: drive(outside, body)) }
        }
    }

    private static func drive<Value: Sendable>(
        _ outside: OutsideWork, _ body: @escaping @Sendable (ManualClock) async throws -> Value
    ) -> Result<Value, any Error> {
        let simulation = Simulation()
        let clock = ManualClock(taskExecutor: simulation)
        let outcome = Outcome<Value>()
        _ = Task(executorPreference: simulation) {
            let result: Result<Value, any Error>
            do { result = .success(try await body(clock)) } catch { result = .failure(error) }
            outcome.result.withLock { $0 = result }
        }
        while true {
            let jobs = simulation.waiting.withLock { waiting in
                defer { waiting.removeAll() }
                return waiting
            }
            for job in jobs { job.runSynchronously(on: simulation.asUnownedTaskExecutor()) }
            if !jobs.isEmpty { continue }
            if let result = outcome.result.withLock({ $0 }) { return result }
            if outside.holdsClock {
                usleep(100)
                continue
            }
            // It may have ended just before it was looked at.
            if simulation.waiting.withLock({ !$0.isEmpty }) { continue }
            guard let next = clock.nextWake else { return .failure(Stuck()) }
            clock.advance(to: next)
        }
    }
}
