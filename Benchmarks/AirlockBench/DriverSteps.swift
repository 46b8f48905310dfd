import AirlockCore
import DriverKit
import Glibc
import PostHog
import Resilience

/// Queries through the PostHog driver, with everything that it does for one: parsing and printing the query, limits, circuit
/// breaker, cache, transport, and the answer's JSON as a table.
enum DriverSteps {
    static let query = "SELECT event, uuid, timestamp, n FROM events WHERE event = {name} ORDER BY timestamp LIMIT 1000"
    static let concurrency = 8

    static var all: [any BenchStep] {
        [
            DriverQueryStep(name: "driver-query/10ms", path: "/10ms"), DriverQueryStep(name: "driver-query", path: ""),
            DriverConcurrentStep(name: "driver-queries"), DriverMemoryStep(name: "driver-memory"),
            ServedQueryStep(name: "driver-query/serve", isSpelledAnew: false),
            ServedQueryStep(name: "driver-query/serve-new", isSpelledAnew: true),
            ServedCurlStep(name: "http-curl/serve"),
        ]
    }

    static func driver(_ path: String) throws -> PostHogDriver {
        guard let port = getenv("AIRLOCK_BENCH_PORT").map({ String(cString: $0) }) else {
            throw AirlockError(.invalidArgument, "AIRLOCK_BENCH_PORT does not name the server's port")
        }
        var configuration = PostHogConfiguration()
        configuration.appURL = "http://127.0.0.1:\(port)\(path)"
        configuration.projectID = "1"
        configuration.personalKey = SecretText("phx_0123456789")
        // The limiter is at work, and holds nothing up.
        configuration.queries.rateLimit = RateLimitSettings(
            windows: [RateWindow(maxCalls: RateLimitSettings.mostCalls, period: .seconds(1))])
        configuration.queries.bulkhead?.maxConcurrent = concurrency
        return try PostHogDriver(configuration)
    }

    @discardableResult
    static func ask(_ driver: PostHogDriver) async throws -> Int {
        let prepared = try await driver.prepare(query, values: ["name": "$pageview"])
        return try await prepared.run(QueryOptions(timeout: .seconds(20))).table.rows.count
    }

    /// Several at a time.
    static func ask(_ driver: PostHogDriver, times: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<concurrency {
                let share = times / concurrency + (worker < times % concurrency ? 1 : 0)
                group.addTask { for _ in 0..<share { try await ask(driver) } }
            }
            try await group.waitForAll()
        }
    }
}

/// 200 queries one after the other.
struct DriverQueryStep: BenchStep {
    let name: String
    let path: String

    func run() async throws -> StepRun {
        let driver = try DriverSteps.driver(path)
        let run = try await HTTPSteps.mean { try await DriverSteps.ask(driver) }
        await driver.shutdown()
        return run
    }
}

/// A query that `airlock posthog serve` answers over its demo data: what docs/posthog.md asks first.
enum ServedQuery {
    static let text = "SELECT event, count() AS n FROM events GROUP BY event ORDER BY n DESC LIMIT 3"

    /// What the driver sends for it.
    static let body = JSONValue.object([
        "query": ["kind": "HogQLQuery", "query": .string(text)], "refresh": "force_blocking", "name": "airlock",
        "client_query_id": "airlock-0123456789ab",
    ]).jsonBytes
}

/// The query by the driver, 200 times; the answer is its rows.
struct ServedQueryStep: BenchStep {
    let name: String
    /// Whether each one is another text, by a comment at its end.
    let isSpelledAnew: Bool

    func run() async throws -> StepRun {
        let driver = try DriverSteps.driver("")
        var number = 0
        func ask() async throws -> Table {
            number += 1
            let text = isSpelledAnew ? ServedQuery.text + " -- \(number)" : ServedQuery.text
            return try await driver.prepare(text, values: [:]).run(QueryOptions(timeout: .seconds(20))).table
        }
        var run = try await HTTPSteps.mean { try await ask().rows.count }
        run.answer = .array(try await ask().rows.map(JSONValue.array))
        await driver.shutdown()
        return run
    }
}

/// The same by libcurl alone.
struct ServedCurlStep: BenchStep {
    let name: String

    func run() async throws -> StepRun {
        let curl = try BareCurl(path: "", body: ServedQuery.body)
        defer { curl.close() }
        // The length is no measure: the answer says how long the server took.
        var run = try await HTTPSteps.mean { try curl.send().isEmpty ? 0 : 1 }
        run.answer = try JSONValue(json: curl.send())["results"] ?? .null
        return run
    }
}

/// 800 queries, eight at a time: milliseconds for each.
struct DriverConcurrentStep: BenchStep {
    let name: String
    private static let count = 800

    func run() async throws -> StepRun {
        let driver = try DriverSteps.driver("")
        try await DriverSteps.ask(driver, times: DriverSteps.concurrency)
        var run = try await StepRun.timing {
            try await DriverSteps.ask(driver, times: Self.count)
            return .int(Self.count)
        }
        await driver.shutdown()
        run.milliseconds /= Double(Self.count)
        run.extra = ["queries_per_second": .double(1000 / run.milliseconds)]
        return run
    }
}

/// 100,000 queries, eight at a time; what is compared is the memory after the first tenth and at the end.
struct DriverMemoryStep: BenchStep {
    let name: String
    private static let count = 100_000

    func run() async throws -> StepRun {
        let driver = try DriverSteps.driver("")
        try await DriverSteps.ask(driver, times: Self.count / 10)
        let before = ResidentMemory.mebibytes
        var run = try await StepRun.timing {
            try await DriverSteps.ask(driver, times: Self.count - Self.count / 10)
            return .int(Self.count)
        }
        let after = ResidentMemory.mebibytes
        await driver.shutdown()
        run.extra = ["growth_mib": .double(after - before), "resident_mib": .double(after)]
        return run
    }
}

/// The memory this process has now (`VmRSS`, proc_pid_statm(5)).
enum ResidentMemory {
    static var mebibytes: Double {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = max(0, read(descriptor, &bytes, bytes.count))
        let fields = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Double(fields[1]) else { return 0 }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
    }
}
