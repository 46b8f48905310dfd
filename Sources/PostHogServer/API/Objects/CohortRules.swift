internal import AirlockCore
internal import FeatureFlags
internal import GRDB

/// Whom the filters of a cohort mean.
struct CohortRules: Sendable {
    enum Failure: Error {
        /// What the local server cannot work out.
        case unsupported(String)
    }

    private static let maxDepth = 16
    private let root: JSONValue

    /// - Parameter group: `filters.properties`.
    init(_ group: JSONValue) { root = group }

    /// Whether persons' properties and other cohorts decide: such cohorts SDKs can evaluate.
    var isAboutPropertiesOnly: Bool { Self.leaves(root, 0).allSatisfy { $0["type"]?.stringValue != "behavioral" } }

    private static func leaves(_ node: JSONValue, _ depth: Int) -> [JSONValue] {
        guard depth < maxDepth, let values = node["values"]?.arrayValue else { return [node] }
        return values.flatMap { leaves($0, depth + 1) }
    }

    /// The ids of those that the filters mean now.
    func members(_ db: Database, now: Int64) throws -> Set<String> {
        let persons = try PersonRow.fetch(db, where: "1", [])
        return try members(root, persons, db, now, 0)
    }

    private func members(
        _ node: JSONValue, _ persons: [PersonRow], _ db: Database, _ now: Int64, _ depth: Int
    ) throws -> Set<String> {
        guard depth < Self.maxDepth else { throw Failure.unsupported("groups inside each other") }
        guard let values = node["values"]?.arrayValue else { return try leaf(node, persons, db, now) }
        var result: Set<String>?
        for value in values {
            let part = try members(value, persons, db, now, depth + 1)
            guard let sofar = result else {
                result = part
                continue
            }
            result = node["type"] == "OR" ? sofar.union(part) : sofar.intersection(part)
        }
        return result ?? Set(persons.map(\.id))
    }

    private func leaf(_ leaf: JSONValue, _ persons: [PersonRow], _ db: Database, _ now: Int64) throws -> Set<String> {
        let everybody = { Set(persons.map(\.id)) }
        let isNegated = leaf["negation"]?.boolValue ?? false
        let found: Set<String>
        switch leaf["type"]?.stringValue {
        case "behavioral": found = try behaviour(leaf, db, now)
        case "cohort":
            let id = leaf["value"]?.intValue ?? leaf["value"]?.stringValue.flatMap(Int.init) ?? 0
            found = Set(
                try String.fetchAll(db, sql: "SELECT person_id FROM cohort_people WHERE cohort_id = ?", arguments: [id])
            )
        default:
            var plain = leaf.objectValue ?? JSONObject()
            plain["negation"] = nil
            let conditions = PropertyConditions([.object(plain)], now: now)
            found = Set(persons.filter { conditions.matches($0.properties) }.map(\.id))
        }
        return isNegated ? everybody().subtracting(found) : found
    }

    private func behaviour(_ leaf: JSONValue, _ db: Database, _ now: Int64) throws -> Set<String> {
        guard let event = leaf["key"]?.stringValue else { throw Failure.unsupported("a behaviour without an event") }
        let kind = leaf["value"]?.stringValue ?? ""
        let days: Int64? =
            switch leaf["time_interval"]?.stringValue {
            case "day": 1
            case "week": 7
            case "month": 30
            case "year": 365
            default: nil
            }
        let count = leaf["time_value"]?.intValue ?? leaf["time_value"]?.stringValue.flatMap(Int.init)
        var since = Int64.min
        if let days, let count, count >= 0, count < 100_000 { since = now - Int64(count) * days * 86_400_000_000 }
        switch kind {
        case "performed_event":
            let sql = "SELECT DISTINCT person_id FROM events WHERE event = ? AND timestamp >= ?"
            return Set(try String.fetchAll(db, sql: sql, arguments: [event, since]))
        case "performed_event_first_time":
            let sql = "SELECT person_id FROM events WHERE event = ? GROUP BY person_id HAVING min(timestamp) >= ?"
            return Set(try String.fetchAll(db, sql: sql, arguments: [event, since]))
        case "performed_event_multiple":
            let times = leaf["operator_value"]?.intValue ?? 1
            let comparison: String
            switch leaf["operator"]?.stringValue {
            case "gte", nil: comparison = ">="
            case "gt": comparison = ">"
            case "lte": comparison = "<="
            case "lt": comparison = "<"
            case "eq", "exact": comparison = "="
            default: throw Failure.unsupported("this comparison of counts")
            }
            let sql = """
                SELECT person_id FROM events WHERE event = ? AND timestamp >= ?
                GROUP BY person_id HAVING count(*) \(comparison) ?
                """
            return Set(try String.fetchAll(db, sql: sql, arguments: [event, since, times]))
        default: throw Failure.unsupported(kind)
        }
    }
}
