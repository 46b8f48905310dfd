public import AirlockCore
public import DriverKit
internal import GRDB

extension LocalDriver {
    /// The entity types of PostHog; the warehouse holds those that follow from events.
    public func listObjects() async throws(AirlockError) -> [DataObject] {
        let hasCohorts = try await source.current().warehouse.read { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM cohort_people)") ?? false
        }
        return Self.objects.map { object in
            var object = object
            if object.name == "cohorts" { object.available = hasCohorts }
            return object
        }
    }

    private static let objects: [DataObject] = [
        DataObject(
            name: "events", description: "What people did: name, time, person and properties", available: true,
            queryable: true),
        DataObject(
            name: "insights", description: "Saved analyses; a local warehouse has none", available: false,
            queryable: false),
        DataObject(
            name: "persons", description: "People with their properties, derived from the events", available: true,
            queryable: true),
        DataObject(
            name: "cohorts", description: "Members of cohorts, in the table cohort_people", available: false,
            queryable: false),
        DataObject(
            name: "feature_flags",
            description: "Definitions of flags; a local warehouse has only the events of their use", available: false,
            queryable: false),
        DataObject(
            name: "sessions", description: "Visits with duration, entry and exit, derived from the events",
            available: true, queryable: true),
        DataObject(
            name: "annotations", description: "Notes on dates; a local warehouse has none", available: false,
            queryable: false),
        DataObject(
            name: "experiments",
            description: "Definitions of experiments; a local warehouse has only the events of their exposure",
            available: false, queryable: false),
    ]

    /// The fields of an entity type or of a table: its columns, then its properties by name.
    ///
    /// - Throws: `unknown_object` with the nearest name; also for an entity type this warehouse does not hold.
    public func fields(of object: String) async throws(AirlockError) -> [DataField] {
        let table = object == "cohorts" ? "cohort_people" : object
        guard let shape = TableShape.named(table) else { throw unknown(object) }
        let warehouse = try await source.current().warehouse
        var fields = shape.fields.compactMap { name, field in
            Self.type(of: field, timeZone: warehouse.timeZone).map { type in
                DataField(name: name, type: type, description: FieldText.of(name, table))
            }
        }
        let scopes: [(scope: PropertyScope, prefix: String)] =
            switch table {
            case "events": [(.event, "properties."), (.person, "person.properties.")]
            case "persons": [(.person, "properties.")]
            case "groups": [(.group, "properties.")]
            default: []
            }
        guard !scopes.isEmpty else { return fields }
        let examples = table == "events" ? try await FieldExamples.ofEvents(warehouse) : [:]
        for (scope, prefix) in scopes {
            let definitions = try await warehouse.read { db in
                try Row.fetchAll(
                    db, sql: "SELECT name, type FROM property_definitions WHERE scope = ? ORDER BY name LIMIT ?",
                    arguments: [scope.rawValue, Self.maxNames]
                ).map { ($0.text(0) ?? "", $0.text(1) ?? "") }
            }
            fields += definitions.map { name, type in
                DataField(
                    name: prefix + FieldText.identifier(name), type: type,
                    description: "Property of the \(scope.rawValue)", example: scope == .event ? examples[name] : nil)
            }
        }
        return fields
    }

    private func unknown(_ object: String) -> AirlockError {
        if let known = Self.objects.first(where: { $0.name == object }) {
            return AirlockError(
                .unknownObject, "a local warehouse holds no \(object)",
                hint: "\(known.description). Use the posthog driver for them.")
        }
        let names = Self.objects.map(\.name) + TableShape.all.map(\.name).filter { $0 != "events" }
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
