public import AirlockCore
import Glibc

/// Makes many runs, some at a time.
public struct ParallelRuns: Sendable {
    /// What `--jobs` may ask for at most: each run is a thread here and up to the memory limit there.
    public static let maxWidth = 256

    /// One run at a time for each core that is online.
    public static var defaultWidth: Int { min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), maxWidth) }

    /// From so many runs on sandboxes are kept waiting for them: below, making the first takes longer than it saves.
    public static let warmCount = 12

    private let runner: Runner
    private let width: Int

    /// - Parameter width: how many runs there are at once, from 1 to ``maxWidth``; values beyond count as these.
    public init(_ runner: Runner, width: Int = ParallelRuns.defaultWidth) {
        self.runner = runner
        self.width = min(max(width, 1), Self.maxWidth)
    }

    /// Begins the runs in their order and tells of their ends as they come. From ``warmCount`` runs on the runner is kept
    /// warm for them, unless it is so already.
    ///
    /// Cancelling the task ends what is under way, of which the results still are told; what was not begun is not.
    ///
    /// - Parameters:
    ///   - count: how many runs.
    ///   - request: the run of a number from 0, asked for when its turn comes.
    ///   - ended: is called for one run at a time. What it throws ends the others, and is thrown on once they are gone.
    public func make(
        _ count: Int, request: @escaping @Sendable (Int) -> RunRequest,
        ended: (_ number: Int, _ result: RunResult) async throws -> Void
    ) async throws {
        guard count >= Self.warmCount, runner.keepWarm() else { return try await begin(count, request, ended) }
        do {
            try await begin(count, request, ended)
            await runner.letCool()
        } catch {
            await runner.letCool()
            throw error
        }
    }

    private func begin(
        _ count: Int, _ request: @escaping @Sendable (Int) -> RunRequest,
        _ ended: (_ number: Int, _ result: RunResult) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (Int, RunResult).self) { group in
            var next = 0
            func begin() {
                guard next < count, !Task.isCancelled else { return }
                let number = next
                next += 1
                group.addTask { [runner] in (number, await runner.run(request(number))) }
            }
            for _ in 0..<min(width, count) { begin() }
            do {
                while let (number, result) = try await group.next() {
                    begin()
                    try await ended(number, result)
                }
            } catch {
                // Gone, all of them, before anybody hears of it: the group waits for its tasks.
                group.cancelAll()
                throw error
            }
        }
    }
}
