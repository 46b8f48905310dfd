import AirlockCore
import DriverKit
import GRDB
import LocalWarehouse
import Synchronization

/// Queries in HogQL, each beside the SQL that somebody would write by hand, on the same file in the same process.
final class QuerySteps: Sendable {
    private let path: String
    private let driver: LocalDriver

    init(path: String) {
        self.path = path
        driver = LocalDriver(path: path)
    }

    private static let funnelSteps = ["$pageview", "login", "purchase"]
    /// 2026-03-01, 30 days before the end of the data.
    private static let since: Int64 = 1_772_323_200_000_000

    var all: [any BenchStep] {
        [
            HogQLStep(
                name: "top-events", driver: driver,
                query: """
                    SELECT event, count() AS events, uniq(person_id) AS people FROM events
                    WHERE timestamp >= toDateTime('2026-03-01 00:00:00')
                    GROUP BY event ORDER BY events DESC, event LIMIT 10
                    """),
            SQLStep(
                name: "top-events-sql", path: path,
                sql: """
                    SELECT event, count(*) AS events, count(DISTINCT person_id) AS people FROM events
                    WHERE timestamp >= \(Self.since) GROUP BY event ORDER BY events DESC, event LIMIT 10
                    """),
            HogQLStep(
                name: "daily-trend", driver: driver,
                query: """
                    SELECT toString(toDate(timestamp)) AS day, count() AS events FROM events
                    WHERE event = '$pageview' GROUP BY day ORDER BY day LIMIT 1000
                    """),
            SQLStep(
                name: "daily-trend-sql", path: path,
                sql: """
                    SELECT date(day * 86400, 'unixepoch') AS day, events FROM (
                        SELECT timestamp / 86400000000 AS day, count(*) AS events FROM events
                        WHERE event = '$pageview' GROUP BY 1 ORDER BY 1 LIMIT 1000)
                    """),
            HogQLStep(
                name: "funnel", driver: driver,
                query: """
                    SELECT level, count() AS people FROM (
                        SELECT person_id, windowFunnel(1209600)(toDateTime(timestamp), event = '$pageview', event = 'login',
                            event = 'purchase') AS level
                        FROM events WHERE event IN ('$pageview', 'login', 'purchase') GROUP BY person_id)
                    GROUP BY level ORDER BY level LIMIT 10
                    """),
            FunnelRowsStep(path: path, steps: Self.funnelSteps, window: 1_209_600),
        ]
    }
}

/// A HogQL query by the way a script's query goes, from its text to its reply.
private struct HogQLStep: BenchStep {
    let name: String
    let driver: LocalDriver
    let query: String

    func run() async throws -> StepRun {
        try await StepRun.timing {
            let reply = try await driver.prepare(query, values: [:]).run(QueryOptions())
            return .array(reply.table.rows.map(JSONValue.array))
        }
    }
}

/// SQL as it is, through the same library on the same kind of connection.
private final class SQLStep: BenchStep {
    let name: String
    private let path: String
    private let sql: String

    init(name: String, path: String, sql: String) {
        self.name = name
        self.path = path
        self.sql = sql
    }

    func run() async throws -> StepRun {
        let warehouse = try SharedWarehouse.open(path)
        let sql = self.sql
        return try await StepRun.timing {
            try await warehouse.read { db in
                .array(
                    try Row.fetchAll(db, sql: sql).map { row in
                        .array(row.databaseValues.map(JSONValue.init(stored:)))
                    })
            }
        }
    }
}

/// Reads the rows of a funnel person by person in the order of time: the least that any funnel has to do. Outside of the
/// time taken the answer is counted once, by the plainest code, to check the other.
private final class FunnelRowsStep: BenchStep {
    let name = "funnel-rows"
    private let path: String
    private let steps: [String]
    /// In seconds.
    private let window: Int64
    private let answer = Mutex<JSONValue?>(nil)

    init(path: String, steps: [String], window: Int64) {
        self.path = path
        self.steps = steps
        self.window = window
    }

    func run() async throws -> StepRun {
        let warehouse = try SharedWarehouse.open(path)
        let names = steps.map { "'\($0)'" }.joined(separator: ", ")
        let sql = """
            SELECT person_id, timestamp, event FROM events WHERE event IN (\(names)) ORDER BY person_id, timestamp
            """
        var run = try await StepRun.timing {
            try await warehouse.read { db in
                let rows = try Row.fetchCursor(db, sql: sql)
                var length = 0
                while let row = try rows.next() {
                    let (person, time, event): (String, Int64, String) = (row[0], row[1], row[2])
                    length &+= person.utf8.count &+ event.utf8.count &+ Int(truncatingIfNeeded: time & 1)
                }
                return .int(length)
            }
        }
        if answer.withLock({ $0 == nil }) {
            let levels = try await levels(warehouse, sql)
            answer.withLock { $0 = levels }
        }
        run.answer = answer.withLock { $0 } ?? nil
        return run
    }

    private func levels(_ warehouse: Warehouse, _ sql: String) async throws -> JSONValue {
        let (steps, window) = (self.steps, self.window)
        return try await warehouse.read { db in
            var levels: [Int: Int] = [:]
            var (person, starts) = ("", [Int64?](repeating: nil, count: steps.count))
            func close() {
                if !person.isEmpty { levels[starts.lastIndex { $0 != nil }.map { $0 + 1 } ?? 0, default: 0] += 1 }
                starts = Array(repeating: nil, count: steps.count)
            }
            let rows = try Row.fetchCursor(db, sql: sql)
            while let row = try rows.next() {
                let id: String = row[0]
                if id != person {
                    close()
                    person = id
                }
                let (instant, event): (Int64, String) = (row[1], row[2])
                let time = instant / 1_000_000
                guard let step = steps.firstIndex(of: event) else { continue }
                if step == 0 {
                    starts[0] = time
                } else if let start = starts[step - 1], time <= start + window {
                    starts[step] = start
                }
            }
            close()
            return .array(levels.sorted { $0.key < $1.key }.map { [.int($0.key), .int($0.value)] })
        }
    }
}

/// One connection pool for all hand-written queries, as the driver has one for its own.
private enum SharedWarehouse {
    private static let opened = Mutex<[String: Warehouse]>([:])

    static func open(_ path: String) throws -> Warehouse {
        try opened.withLock { opened in
            if let warehouse = opened[path] { return warehouse }
            let warehouse = try Warehouse.open(at: path)
            opened[path] = warehouse
            return warehouse
        }
    }
}

extension JSONValue {
    fileprivate init(stored value: DatabaseValue) {
        switch value.storage {
        case .int64(let number): self = .int(number)
        case .double(let number): self = .double(number)
        case .string(let text): self = .string(text)
        case .null, .blob: self = .null
        }
    }
}
