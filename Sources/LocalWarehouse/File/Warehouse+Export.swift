public import AirlockCore
internal import GRDB
internal import Glibc

/// Which events are exported.
public struct EventFilter: Sendable, Hashable {
    /// Empty for all.
    public var events: [String]
    /// Microseconds since the epoch; `from` is the first instant, `before` is the first one after.
    public var from: Int64?
    public var before: Int64?

    public init(events: [String] = [], from: Int64? = nil, before: Int64? = nil) {
        self.events = events
        self.from = from
        self.before = before
    }
}

extension Warehouse {
    /// Writes events to a file as JSONL, in the order of their times, in the shape that import reads: what comes back in
    /// is the same warehouse, but for cohorts.
    ///
    /// - Parameters:
    ///   - output: the file, which takes the place of one of that name only when all was written; `-` is standard output.
    ///   - progress: called now and then with the number of events written.
    /// - Returns: how many events were written.
    public func exportEvents(
        to output: String, filter: EventFilter = EventFilter(), progress: (@Sendable (Int) -> Void)? = nil
    ) async throws(AirlockError) -> Int {
        let (pool, path) = (pool, path)
        return try await BlockingWork.run { cancellation throws(AirlockError) in
            let file = output == "-" ? nil : try TemporaryFile(beside: output)
            let count = try WarehouseError.translating(path) {
                try pool.read { db in
                    try Self.writeEvents(db, filter, cancellation, progress) { bytes in
                        if let file { try file.write(bytes) } else { try Self.writeStandardOutput(bytes) }
                    }
                }
            }
            try file?.publish(.replacing)
            return count
        }
    }

    private static func writeEvents(
        _ db: Database, _ filter: EventFilter, _ cancellation: Cancellation, _ progress: ((Int) -> Void)?,
        _ write: ([UInt8]) throws -> Void
    ) throws -> Int {
        var conditions = ["events.timestamp >= :from", "events.timestamp < :before"]
        if !filter.events.isEmpty { conditions.append("events.event IN (SELECT value FROM json_each(:events))") }
        var arguments: [String: (any DatabaseValueConvertible)?] = [
            "from": filter.from ?? Int64.min, "before": filter.before ?? Int64.max,
        ]
        if !filter.events.isEmpty {
            arguments["events"] = JSONValue.array(filter.events.map(JSONValue.string)).json
        }
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT uuid, event, timestamp, distinct_id, person_id, events.properties, events.created_at,
                    session_id, window_id, group_0, group_1, group_2, group_3, group_4,
                    persons.properties, persons.is_identified, persons.created_at
                FROM events LEFT JOIN persons ON persons.id = events.person_id
                WHERE \(conditions.joined(separator: " AND ")) ORDER BY events.timestamp, events.rowid
                """, arguments: StatementArguments(arguments))
        var (bytes, count) = ([UInt8](), 0)
        while let row = try rows.next() {
            appendLine(row, to: &bytes)
            count += 1
            if bytes.count >= 1 << 18 {
                guard !cancellation.isCancelled else { throw AirlockError(.cancelled, "the export was cancelled") }
                try write(bytes)
                bytes.removeAll(keepingCapacity: true)
                progress?(count)
            }
        }
        try write(bytes)
        progress?(count)
        return count
    }

    private static func appendLine(_ row: Row, to bytes: inout [UInt8]) {
        func append(_ name: String, _ value: String?) {
            guard let value else { return }
            bytes.append(contentsOf: ",\"\(name)\":".utf8)
            JSONValue.string(value).appendJSON(to: &bytes)
        }
        func append(_ name: String, json: String?) {
            guard let json else { return }
            bytes.append(contentsOf: ",\"\(name)\":".utf8)
            bytes.append(contentsOf: json.utf8)
        }
        func append(_ name: String, time: Int64?) {
            guard let time else { return }
            bytes.append(contentsOf: ",\"\(name)\":\"".utf8)
            Instant.appendText(time, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(contentsOf: "{\"uuid\":".utf8)
        JSONValue.string(row.text(0) ?? "").appendJSON(to: &bytes)
        append("event", row.text(1))
        append("timestamp", time: row.integer(2))
        append("distinct_id", row.text(3))
        append("person_id", row.text(4))
        append("properties", json: row.text(5))
        append("created_at", time: row.integer(6))
        append("$session_id", row.text(7))
        append("$window_id", row.text(8))
        for index in 0..<5 { append("$group_\(index)", row.text(9 + index)) }
        if let properties = row.text(14) {
            bytes.append(contentsOf: ",\"person\":{\"is_identified\":\(row.integer(15) == 1)".utf8)
            append("created_at", time: row.integer(16))
            append("properties", json: properties)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(contentsOf: "}\n".utf8)
    }

    private static func writeStandardOutput(_ bytes: [UInt8]) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { throw FileError.last("writing to standard output", "-") }
            } else {
                written += count
            }
        }
    }
}
