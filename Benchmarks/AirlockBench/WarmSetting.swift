import AirlockCore
import DriverKit
import Glibc
import Runner
import Templating

/// A runner that keeps sandboxes waiting, and runs in them.
final class WarmSetting: Sendable {
    let runner: Runner

    init() {
        var environment: [String: String] = [:]
        for name in ["AIRLOCK_CACHE", "AIRLOCK_GUEST", "AIRLOCK_PYTHON", "HOME", "PATH", "TMPDIR", "XDG_CACHE_HOME"] {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        runner = Runner(environment: environment)
    }

    static func template(_ name: String, _ text: String) throws -> Template {
        try Template(adHoc: name, bytes: Array(text.utf8))
    }

    /// Keeps sandboxes waiting for runs like this one, and returns once there are as many as there should be.
    func wait(for request: RunRequest, settings: PoolSettings = .forThisHost) async throws {
        runner.keepWarm(settings)
        // The first of a kind sets things going and starts cold.
        if !runner.pools.contains(where: { $0.origins > 0 }) { _ = try Self.checked(await runner.run(request)) }
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(60)
        while !runner.pools.contains(where: { $0.waiting >= settings.target }) {
            guard clock.now < deadline else {
                throw AirlockError(
                    .timedOut,
                    "not as many sandboxes wait as should: \(runner.pools.map(\.waiting)) of \(settings.target)")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// One run that has to start warm and to succeed.
    func warmRun(_ request: RunRequest) async throws -> RunResult {
        let result = try Self.checked(await runner.run(request))
        guard result.startPath == .warm else {
            throw AirlockError(.internalError, "a run started cold: \(result.coldReason ?? "for no reason")")
        }
        return result
    }

    static func checked(_ result: RunResult) throws -> RunResult {
        guard result.status == .succeeded else {
            let words = String(decoding: result.standardError.bytes.suffix(2000), as: UTF8.self)
            throw AirlockError(
                .internalError, "a run ended as \(result.status.rawValue): \(result.reason ?? "") \(words)",
                cause: result.error?.message)
        }
        return result
    }
}

/// A data source that takes no time: it echoes a number, and holds a table in memory.
struct MemoryDriver: DataDriver {
    let name = "memory"
    var methods: [DriverMethod] { [DriverMethod(name: "echo", writes: false)] }

    /// What a table of events looks like: number, text, amount, country, day.
    private static let parts: [Table] = (0..<2).map { part in
        Table(
            columns: ["id", "event", "amount", "country", "day"],
            types: ["UInt64", "String", "Float64", "String", "Date"],
            rows: (0..<WarmScripts.tableRows / 2).map { row in
                let number = part * WarmScripts.tableRows / 2 + row
                return [
                    .int(number), .string("event \(number % 97)"), .double(Double(number * 7919 % 1_000_003) / 100),
                    .string(["DE", "US", "FR", "JP"][number % 4]), .string("2026-03-\(number % 18 + 10)"),
                ]
            })
    }

    private struct Part: PreparedQuery {
        var part: Int
        let analysis = QueryAnalysis()

        func run(_ options: QueryOptions) async throws(AirlockError) -> QueryReply {
            QueryReply(table: MemoryDriver.parts[part])
        }
    }

    /// Makes the table before anything is timed.
    static func prepare() -> Bool { parts.count == 2 }

    func listObjects() async throws(AirlockError) -> [DataObject] { [] }
    func fields(of object: String) async throws(AirlockError) -> [DataField] { [] }
    func names(of kind: DataNameKind) async throws(AirlockError) -> [String] { [] }

    func prepare(_ text: String, values: JSONObject) async throws(AirlockError) -> any PreparedQuery {
        Part(part: min(max(values["part"]?.intValue ?? 0, 0), 1))
    }

    func call(_ method: String, params: JSONObject, options: QueryOptions) async throws(AirlockError) -> JSONValue {
        params["n"] ?? nil
    }
}
