public import AirlockCore
internal import GRDB
internal import Glibc

/// What a warehouse holds.
public struct WarehouseInfo: Sendable, Hashable {
    public struct Event: Sendable, Hashable {
        public var name: String
        public var count: Int
        /// Microseconds since the epoch.
        public var firstSeen: Int64
        public var lastSeen: Int64
    }

    public struct Property: Sendable, Hashable {
        public var scope: PropertyScope
        public var name: String
        public var type: PropertyType
    }

    public var path: String
    public var fileSize: ByteCount
    public var formatVersion: Int
    public var events: Int
    /// The first and the last event, in microseconds since the epoch; `nil` without events.
    public var firstEvent: Int64?
    public var lastEvent: Int64?
    public var persons: Int
    public var distinctIDs: Int
    public var sessions: Int
    public var groups: Int
    public var cohorts: Int
    /// The most frequent events, the most frequent first.
    public var topEvents: [Event]
    public var eventNames: Int
    /// By scope and name.
    public var properties: [Property]
    public var timeZone: String
    public var weekStart: Int
    /// The instant `now()` stands at; `nil` when it runs with the clock.
    public var pinnedNow: Int64?
    /// What a search for damage found; `nil` when none was made.
    public var problems: [String]?
}

extension Warehouse {
    /// - Parameters:
    ///   - topEvents: how many of the most frequent events are named.
    ///   - check: whether the file is searched for damage, which reads all of it.
    public func info(topEvents: Int = 10, check: Bool = false) async throws(AirlockError) -> WarehouseInfo {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError.last("reading the warehouse", path) }
        let size = ByteCount(Int(status.st_size))
        let problems = check ? try await self.check() : nil
        let (path, timeZone, weekStart, pinnedNow) = (path, timeZone, weekStart, pinnedNow)
        return try await read { db in
            func count(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
            let top = try Row.fetchAll(
                db,
                sql: """
                    SELECT name, count, first_seen, last_seen FROM event_definitions
                    ORDER BY count DESC, name LIMIT ?
                    """, arguments: [max(0, topEvents)])
            let properties = try Row.fetchAll(
                db, sql: "SELECT scope, name, type FROM property_definitions ORDER BY scope, name LIMIT 10000")
            return WarehouseInfo(
                path: path, fileSize: size, formatVersion: Int(WarehouseFormat.version),
                events: try count("SELECT count(*) FROM events"),
                firstEvent: try Int64.fetchOne(db, sql: "SELECT min(timestamp) FROM events"),
                lastEvent: try Int64.fetchOne(db, sql: "SELECT max(timestamp) FROM events"),
                persons: try count("SELECT count(*) FROM persons"),
                distinctIDs: try count("SELECT count(*) FROM person_distinct_ids"),
                sessions: try count("SELECT count(*) FROM sessions"),
                groups: try count("SELECT count(*) FROM groups"),
                cohorts: try count("SELECT count(*) FROM cohorts"),
                topEvents: top.map { row in
                    WarehouseInfo.Event(
                        name: row.text(0) ?? "", count: Int(row.integer(1) ?? 0), firstSeen: row.integer(2) ?? 0,
                        lastSeen: row.integer(3) ?? 0)
                },
                eventNames: try count("SELECT count(*) FROM event_definitions"),
                properties: properties.compactMap { row in
                    guard let scope = row.text(0).flatMap(PropertyScope.init(rawValue:)), let name = row.text(1),
                        let type = row.text(2).flatMap(PropertyType.init(rawValue:))
                    else { return nil }
                    return WarehouseInfo.Property(scope: scope, name: name, type: type)
                },
                timeZone: timeZone, weekStart: weekStart, pinnedNow: pinnedNow, problems: problems)
        }
    }
}
