internal import AirlockCore
internal import GRDB

/// What an import counted of properties, in the words of a field's description.
struct FieldStatistics: Sendable {
    struct Property: Sendable {
        var name: String
        /// `nil` where no value has decided on one.
        var type: String?
        var count: Int64
        var example: JSONValue?
    }

    /// By scope, in the order of names.
    var properties: [String: [Property]] = [:]
    /// The most frequent events that bear a property, the most frequent first.
    var events: [String: [(name: String, count: Int64)]] = [:]
    /// How many events, persons, groups there are.
    var totals: [String: Int64] = [:]

    private static let maxEventNames = 3
    static let maxShownEvents = 20

    /// - Parameter scopes: of property definitions.
    static func read(_ db: Database, _ scopes: [PropertyScope]) throws -> FieldStatistics {
        var statistics = FieldStatistics()
        for scope in scopes {
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT name, max(type), max(count), max(example) FROM (
                        SELECT name, type, 0 AS count, NULL AS example FROM property_definitions WHERE scope = :scope
                        UNION ALL
                        SELECT name, NULL, count, example FROM property_statistics
                        WHERE scope = :scope AND count > 0)
                    GROUP BY name ORDER BY name LIMIT :limit
                    """, arguments: ["scope": scope.rawValue, "limit": LocalDriver.maxNames])
            var properties: [Property] = []
            while let row = try rows.next() {
                guard let name = row.text(0) else { continue }
                properties.append(
                    Property(
                        name: name, type: row.text(1), count: row.integer(2) ?? 0,
                        example: row.text(3).flatMap { try? JSONValue(json: $0) }))
            }
            statistics.properties[scope.rawValue] = properties
        }
        if scopes.contains(.event) { try statistics.readEvents(db) }
        if scopes.contains(.person) {
            statistics.totals["person"] = try Int64.fetchOne(db, sql: "SELECT count(*) FROM persons") ?? 0
        }
        if scopes.contains(.group) {
            statistics.totals["group"] = try Int64.fetchOne(db, sql: "SELECT count(*) FROM groups") ?? 0
        }
        return statistics
    }

    private mutating func readEvents(_ db: Database) throws {
        totals["event"] = try Int64.fetchOne(db, sql: "SELECT sum(count) FROM event_definitions") ?? 0
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT property, event, count FROM (
                    SELECT property, event, count,
                        row_number() OVER (PARTITION BY property ORDER BY count DESC, event) AS place
                    FROM event_properties)
                WHERE place <= ? ORDER BY property, place
                """, arguments: [Self.maxEventNames + 1])
        while let row = try rows.next() {
            guard let property = row.text(0), let event = row.text(1) else { continue }
            events[property, default: []].append((event, row.integer(2) ?? 0))
        }
    }

    /// `on 1,200 of 33,359 events: signup, $identify`
    func text(of property: Property, _ scope: PropertyScope) -> String {
        guard property.count > 0 else { return "Property of the \(scope.rawValue)" }
        let total = max(totals[scope.rawValue] ?? 0, property.count)
        var text = "On \(Self.number(property.count)) of \(Self.number(total)) \(scope.rawValue)s"
        guard scope == .event, let names = events[property.name], !names.isEmpty else { return text }
        text += ": " + names.prefix(Self.maxEventNames).map { Self.short($0.name) }.joined(separator: ", ")
        if names.count > Self.maxEventNames { text += " …" }
        return text
    }

    /// `12 names: $pageview (20,311), login (8,020) …`
    static func eventNames(_ db: Database) throws -> String {
        let count = try Int64.fetchOne(db, sql: "SELECT count(*) FROM event_definitions") ?? 0
        let rows = try Row.fetchAll(
            db, sql: "SELECT name, count FROM event_definitions ORDER BY count DESC, name LIMIT ?",
            arguments: [maxShownEvents])
        guard !rows.isEmpty else { return "Name of the event" }
        let names = rows.map { "\(short($0.text(0) ?? "")) (\(number($0.integer(1) ?? 0)))" }
        return "Name of the event; \(number(count)) \(count == 1 ? "name" : "names"): "
            + names.joined(separator: ", ") + (count > rows.count ? " …" : "")
    }

    /// Names come from outside, and may be of any length.
    static func short(_ name: String) -> String {
        let quoted = RejectedLines.quote(Array(name.utf8.prefix(240)))
        return quoted.count > 60 ? quoted.prefix(59) + "…" : quoted
    }

    /// `1,234,567`
    static func number(_ value: Int64) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }
}
