internal import AirlockCore
internal import DriverKit
internal import GRDB
internal import GRDBSQLite

/// SQL, its parameters and functions, and how the rows are read back.
struct CompiledQuery: Sendable {
    let sql: String
    let parameters: [DatabaseValue]
    let functions: RegisteredFunctions
    let columns: [QueryPlan.Column]
    /// The LIMIT that was written; `nil` without one.
    let wanted: Int64?
    let calendar: ProjectCalendar
    let timeZone: String

    /// - Parameter isBrief: looks at the clock more often, and keeps the statement.
    func run(
        on database: Database, _ options: QueryOptions, isBrief: Bool = false
    ) throws(AirlockError) -> QueryReply {
        let ceiling = min(wanted ?? Int64(QueryEngine.defaultLimit), Int64(QueryEngine.maxLimit))
        let most = Int(min(ceiling, Int64(max(0, options.maxRows))))
        var rows: [[JSONValue]] = []
        var isCut = false
        let deadline = Deadline(options.timeout, every: isBrief ? 1000 : 20_000)
        do {
            try functions.withFunctions(on: database) { fault in
                do {
                    try deadline.watch(database) {
                        try read(database, most, isBrief, &rows, &isCut)
                    }
                } catch {
                    if let message = fault.message {
                        throw AirlockError(.invalidQuery, "the query failed on a row: \(message)")
                    }
                    throw error
                }
            }
        } catch let error as AirlockError {
            throw error
        } catch let error as ExecutionFault {
            throw AirlockError(.invalidQuery, "the query failed on a row: \(error.message)")
        } catch let error as DatabaseError {
            if error.resultCode == .SQLITE_INTERRUPT, deadline.hasPassed {
                throw AirlockError(
                    .timedOut, "the query took longer than \(options.timeout.shortText)",
                    hint: "Narrow the time range, or ask for less.")
            }
            if error.message == "integer overflow" {
                throw AirlockError(.invalidQuery, "the query failed on a row: a sum is out of range")
            }
            throw AirlockError(.upstreamFailed, "SQLite could not answer the query", cause: error.message)
        } catch {
            throw AirlockError(.upstreamFailed, "SQLite could not answer the query", cause: "\(error)")
        }
        let table = Table(
            columns: columns.map(\.name), types: columns.map { $0.type.name(timeZone: timeZone) }, rows: rows)
        return QueryReply(table: table, cutBy: isCut ? reason(most: most, ceiling: ceiling) : nil)
    }

    private func reason(most: Int, ceiling: Int64) -> CutBy {
        if Int64(most) < ceiling { return .quota }
        return wanted == nil ? .defaultLimit : .upstream
    }

    private func read(
        _ database: Database, _ most: Int, _ keepsStatement: Bool, _ rows: inout [[JSONValue]], _ isCut: inout Bool
    ) throws {
        let statement = keepsStatement ? try database.cachedStatement(sql: sql) : try database.makeStatement(sql: sql)
        let reader = ReplyCoding(calendar: calendar)
        let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(parameters))
        while let row = try cursor.next() {
            guard rows.count < most else {
                isCut = true
                return
            }
            var values: [JSONValue] = []
            values.reserveCapacity(columns.count)
            for (index, column) in columns.enumerated() {
                let value = try value(row[index] as DatabaseValue, column.type) {
                    Self.wholeText($0, statement.sqliteStatement, Int32(index))
                }
                values.append(reader.json(value, as: column.type))
            }
            rows.append(values)
        }
    }

    /// A text as SQLite has it: GRDB ends texts at a NUL.
    private static func wholeText(_ text: String, _ statement: OpaquePointer, _ index: Int32) -> String {
        let count = Int(sqlite3_column_bytes(statement, index))
        guard count != text.utf8.count, let start = sqlite3_column_text(statement, index) else { return text }
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    private func value(
        _ stored: DatabaseValue, _ type: ClickHouseType, whole: (String) -> String
    ) throws -> Value {
        switch stored.storage {
        case .null: return type == .float ? .double(.nan) : .null
        case .int64(let number): return type.isFloat ? .double(Double(number)) : .int(number)
        case .double(let number):
            // SQLite goes over to floats where integers overflow.
            guard type.isFloat else { throw ExecutionFault("an integer is out of range") }
            return .double(number)
        case .string(let text):
            return type.isContainer ? .array(try ValueCoding.elements(text, as: type)) : .string(whole(text))
        case .blob(let data): return .string(String(decoding: data, as: UTF8.self))
        }
    }
}

/// Ends a statement that runs past its time, through SQLite's progress handler.
private final class Deadline {
    private let end: ContinuousClock.Instant
    private(set) var hasPassed = false

    private let steps: Int32

    /// - Parameter steps: how many of SQLite's instructions lie between looks at the clock.
    init(_ timeout: Duration, every steps: Int32) {
        end = ContinuousClock.now.advanced(by: timeout)
        self.steps = steps
    }

    func watch<Result>(_ database: Database, _ body: () throws -> Result) throws -> Result {
        guard let connection = database.sqliteConnection else { throw ExecutionFault("the database is closed") }
        let own = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_progress_handler(
            connection, steps,
            { data in
                guard let data else { return 0 }
                return Unmanaged<Deadline>.fromOpaque(data).takeUnretainedValue().check()
            }, own)
        defer { sqlite3_progress_handler(connection, 0, nil, nil) }
        return try body()
    }

    private func check() -> Int32 {
        guard ContinuousClock.now >= end else { return 0 }
        hasPassed = true
        return 1
    }
}
