import AirlockCore
import DriverKit
import Foundation
import GRDB

@testable import LocalWarehouse

/// A small warehouse in memory, in the schema that the engine reads.
enum ExecutionWarehouse {
    static let tables = """
        CREATE TABLE events (uuid TEXT PRIMARY KEY, event TEXT NOT NULL, timestamp INTEGER NOT NULL,
            distinct_id TEXT NOT NULL, person_id TEXT NOT NULL, properties TEXT NOT NULL, created_at INTEGER NOT NULL,
            session_id TEXT, window_id TEXT, group_0 TEXT, group_1 TEXT, group_2 TEXT, group_3 TEXT, group_4 TEXT);
        CREATE TABLE persons (id TEXT PRIMARY KEY, created_at INTEGER, properties TEXT, is_identified INTEGER);
        CREATE TABLE person_distinct_ids (distinct_id TEXT PRIMARY KEY, person_id TEXT);
        CREATE TABLE sessions (session_id TEXT PRIMARY KEY, distinct_id TEXT, person_id TEXT, start_timestamp INTEGER,
            end_timestamp INTEGER, duration INTEGER, pageview_count INTEGER, autocapture_count INTEGER,
            screen_count INTEGER, entry_current_url TEXT, entry_pathname TEXT, entry_hostname TEXT,
            end_current_url TEXT, end_pathname TEXT, entry_referring_domain TEXT, entry_utm_source TEXT,
            entry_utm_medium TEXT, entry_utm_campaign TEXT, is_bounce INTEGER);
        CREATE TABLE groups (group_type_index INTEGER, group_key TEXT, created_at INTEGER, updated_at INTEGER,
            properties TEXT);
        CREATE TABLE cohort_people (person_id TEXT, cohort_id INTEGER);
        """

    static let schema = QuerySchema(
        properties: [
            .event: ["amount": .numeric, "paid": .boolean, "when": .dateTime], .person: ["age": .numeric],
            .group(0): ["seats": .numeric],
        ], now: 1_706_745_600_000_000)

    static func queue(_ fill: (Database) throws -> Void = { _ in }) throws -> DatabaseQueue {
        let queue = try DatabaseQueue()
        try queue.write { database in
            try database.execute(sql: tables)
            try fill(database)
        }
        return queue
    }

    /// The warehouse that ClickHouse's answers were recorded over.
    static func recorded() throws -> DatabaseQueue {
        try queue { database in
            for table in ["events", "persons"] {
                for line in try recordedLines("\(table).jsonl") {
                    guard case .object(let row) = line else { continue }
                    let marks = row.keys.map { _ in "?" }.joined(separator: ", ")
                    try database.execute(
                        sql: "INSERT INTO \(table) (\(row.keys.joined(separator: ", "))) VALUES (\(marks))",
                        arguments: StatementArguments(row.map { stored($0.value) }))
                }
            }
        }
    }

    /// The lines of a file that `Recording/record_clickhouse.py` has made.
    static func recordedLines(_ name: String) throws -> [JSONValue] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let text = try String(contentsOf: folder.appending(path: "Recording/\(name)"), encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONValue(json: String($0)) }
    }

    private static func stored(_ value: JSONValue) -> DatabaseValue {
        if let text = value.stringValue { return text.databaseValue }
        if let number = value.intValue { return number.databaseValue }
        return .null
    }

    static func answer(
        _ text: String, values: JSONObject = [:], schema: QuerySchema = schema, options: QueryOptions = QueryOptions(),
        in queue: DatabaseQueue
    ) throws -> QueryReply {
        let query = try QueryEngine.prepare(text: text, values: values, schema: schema)
        return try queue.read { database in try query.run(on: database, options) }
    }
}
