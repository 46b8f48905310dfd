internal import AirlockCore

/// Queries that run: how many at once, and those that run without anybody waiting.
actor QueryDesk {
    /// An asynchronous query.
    struct Job: Sendable {
        var startTime: String
        var endTime: String?
        var outcome: Result<JSONObject, APIError>?
        var isCancelled = false
        var expires: ContinuousClock.Instant
        var task: Task<Void, Never>?
    }

    /// PostHog lets a query wait this long for its turn.
    private static let maxWait = Duration.seconds(30)
    private static let maxJobs = 1000

    private let limit: Int?
    private var running = 0
    private var jobs: [String: Job] = [:]

    init(limit: Int?) { self.limit = limit }

    // MARK: - At once

    /// - Returns: whether the query may run; after ``leave()`` the next one may.
    func enter() async -> Bool {
        guard let limit else { return true }
        let end = ContinuousClock.now.advanced(by: Self.maxWait)
        var pause = Duration.milliseconds(134)
        while running >= limit {
            guard ContinuousClock.now < end else { return false }
            try? await Task.sleep(for: pause)
            pause = min(pause * 1.5, .seconds(2))
        }
        running += 1
        return true
    }

    func leave() { if limit != nil { running -= 1 } }

    // MARK: - Asynchronous

    func job(_ id: String) -> Job? {
        jobs = jobs.filter { $0.value.expires > ContinuousClock.now || $0.value.outcome == nil }
        return jobs[id]
    }

    /// - Returns: the job that has this id already, or the new one.
    func start(
        _ id: String, at time: String, keeping: Duration,
        _ body: @escaping @Sendable () async -> (Result<JSONObject, APIError>, endTime: String)
    ) -> Job {
        if let known = job(id), !known.isCancelled { return known }
        if jobs.count >= Self.maxJobs, let oldest = jobs.min(by: { $0.value.expires < $1.value.expires })?.key {
            jobs.removeValue(forKey: oldest)
        }
        var job = Job(startTime: time, expires: ContinuousClock.now.advanced(by: keeping))
        job.task = Task {
            let (outcome, end) = await body()
            finish(id, outcome, end)
        }
        jobs[id] = job
        return job
    }

    private func finish(_ id: String, _ outcome: Result<JSONObject, APIError>, _ end: String) {
        guard jobs[id]?.isCancelled == false else { return }
        jobs[id]?.outcome = outcome
        jobs[id]?.endTime = end
    }

    /// - Returns: whether there was such a query.
    func cancel(_ id: String) -> Bool {
        guard let job = jobs.removeValue(forKey: id) else { return false }
        job.task?.cancel()
        return true
    }
}
