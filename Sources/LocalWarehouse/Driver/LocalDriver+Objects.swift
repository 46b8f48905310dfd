public import AirlockCore
public import DriverKit
internal import GRDB
internal import HogQL

extension LocalDriver {
    /// The entity types of PostHog, with how much of each this warehouse holds: what follows from events, and cohorts when
    /// some were imported.
    public func listObjects() async throws(AirlockError) -> [DataObject] {
        let holdings = try await source.current().warehouse.read { db in
            func count(_ sql: String) throws -> Int64 { try Int64.fetchOne(db, sql: sql) ?? 0 }
            return Holdings(
                events: try count("SELECT sum(count) FROM event_definitions"),
                eventNames: try count("SELECT count(*) FROM event_definitions"),
                persons: try count("SELECT count(*) FROM persons"), cohorts: try count("SELECT count(*) FROM cohorts"),
                sessions: try count("SELECT count(*) FROM sessions"))
        }
        return Self.objects(holdings)
    }

    private struct Holdings: Sendable {
        var events: Int64
        var eventNames: Int64
        var persons: Int64
        var cohorts: Int64
        var sessions: Int64
    }

    private static func objects(_ holdings: Holdings) -> [DataObject] {
        func held(_ name: String, _ count: Int64, _ description: String) -> DataObject {
            DataObject(
                name: name, description: "\(FieldStatistics.number(count)) \(description)", available: true,
                queryable: true)
        }
        func absent(_ name: String, _ description: String) -> DataObject {
            DataObject(name: name, description: description, available: false, queryable: false)
        }
        let names = FieldStatistics.number(holdings.eventNames)
        let cohorts =
            holdings.cohorts > 0
            ? DataObject(
                name: "cohorts",
                description: """
                    \(FieldStatistics.number(holdings.cohorts)) cohorts; their members are in the table cohort_people, \
                    and 'person_id IN COHORT 1' asks for them
                    """, available: true, queryable: false)
            : absent("cohorts", "None were imported")
        return [
            held("events", holdings.events, "events of \(names) names: what people did, when, with properties"),
            absent("insights", "Saved analyses; a local warehouse has none"),
            held("persons", holdings.persons, "persons with their properties, derived from the events"),
            cohorts,
            absent("feature_flags", "Definitions of flags; a local warehouse has only the events of their use"),
            held("sessions", holdings.sessions, "sessions with duration, entry and exit, derived from the events"),
            absent("annotations", "Notes on dates; a local warehouse has none"),
            absent(
                "experiments", "Definitions of experiments; a local warehouse has only the events of their exposure"),
        ]
    }

    /// The fields of an entity type or of a table: its columns, then the properties that were really seen, by name, with
    /// how often and on which events.
    ///
    /// - Throws: `unknown_object` with the nearest name; also for an entity type this warehouse does not hold.
    public func fields(of object: String) async throws(AirlockError) -> [DataField] {
        let table = object == "cohorts" ? "cohort_people" : object
        guard let shape = TableShape.named(table) else { throw unknown(object) }
        let warehouse = try await source.current().warehouse
        let scopes: [(scope: PropertyScope, column: String)] =
            switch table {
            case "events": [(.event, "properties"), (.person, "person.properties")]
            case "persons": [(.person, "properties")]
            case "groups": [(.group, "properties")]
            default: []
            }
        let asked = scopes.map(\.scope)
        let known = try await warehouse.read { db in
            (try FieldStatistics.read(db, asked), table == "events" ? try FieldStatistics.eventNames(db) : "")
        }
        let (statistics, eventNames) = known
        var fields = shape.fields.compactMap { name, field in
            Self.type(of: field, timeZone: warehouse.timeZone).map { type in
                let isEventName = table == "events" && name == "event"
                return DataField(
                    name: name, type: type, description: isEventName ? eventNames : FieldText.of(name, table))
            }
        }
        for (scope, column) in scopes {
            fields += (statistics.properties[scope.rawValue] ?? []).map { property in
                DataField(
                    name: Literal.member(property.name, of: column), type: property.type ?? "String",
                    description: statistics.text(of: property, scope),
                    example: scope == .event ? property.example : nil)
            }
        }
        return fields
    }

    private static let entityTypes = [
        "events", "insights", "persons", "cohorts", "feature_flags", "sessions", "annotations", "experiments",
    ]

    private func unknown(_ object: String) -> AirlockError {
        let tables = TableShape.all.map(\.name)
        if Self.entityTypes.contains(object) {
            return AirlockError(
                .unknownObject, "a local warehouse holds no \(object)",
                hint: "It holds \(tables.joined(separator: ", ")). Use the posthog driver for \(object).")
        }
        let names = Self.entityTypes + tables.filter { !Self.entityTypes.contains($0) }
        let near = nearestName(to: object, in: names).map { "Did you mean '\($0)'? " } ?? ""
        return AirlockError(
            .unknownObject, "there is no object '\(object)'",
            hint: near + "There are \(names.joined(separator: ", ")).")
    }

    private static func type(of field: TableShape.Field, timeZone: String) -> String? {
        switch field {
        case .column(_, let type), .defaulted(_, let type): type.name(timeZone: timeZone)
        case .json: "JSON"
        case .relation, .alias, .missing: nil
        }
    }
}
