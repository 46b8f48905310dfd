public import AirlockCore
public import DriverKit
internal import HTTPTransport
internal import HogQL
internal import Resilience

extension PostHogDriver {
    /// A table of PostHog's schema.
    struct SchemaTable: Sendable {
        var name: String
        var fields: [(name: String, type: String)]
    }

    /// The fields of an entity type or of a table: its columns from PostHog's own schema, then the properties that were
    /// seen, from the project's definitions.
    ///
    /// - Throws: `unknown_object` with the nearest name.
    public func fields(of object: String) async throws(AirlockError) -> [DataField] {
        if let entity = EntityType(rawValue: object), entity.table == nil {
            return entity.fields.map { DataField(name: $0.name, type: $0.type, description: $0.text) }
        }
        let tables = try await schema()
        guard let table = tables.first(where: { $0.name == object }) else {
            let names = EntityType.allCases.map(\.rawValue) + tables.map(\.name)
            let near = nearestName(to: object, in: names).map { "Did you mean '\($0)'?" }
            throw AirlockError(
                .unknownObject, "there is no object '\(object)'",
                hint: near ?? "'airlock objects --driver posthog' lists them.")
        }
        var fields = table.fields.map { DataField(name: $0.name, type: $0.type, description: "") }
        for (type, column) in Self.propertyScopes(of: object) {
            let definitions = try await definitions("property_definitions", query: [("type", type)])
            fields += definitions.compactMap { definition in
                guard let name = definition["name"]?.stringValue else { return nil }
                return DataField(
                    name: Literal.member(name, of: column),
                    type: definition["property_type"]?.stringValue ?? "String", description: "Property of the \(type)")
            }
        }
        return fields
    }

    /// A type as the definitions of properties name theirs: PostHog's schema has `string` and `datetime` for the same.
    private static func word(_ type: String?) -> String {
        switch type {
        case nil: "unknown"
        case "datetime": "DateTime"
        case "json": "JSON"
        case "uuid": "UUID"
        case let type?: type.prefix(1).uppercased() + type.dropFirst()
        }
    }

    private static func propertyScopes(of table: String) -> [(type: String, column: String)] {
        switch table {
        case "events": [("event", "properties"), ("person", "person.properties")]
        case "persons": [("person", "properties")]
        default: []
        }
    }

    /// PostHog's tables, by `DatabaseSchemaQuery`, kept like definitions.
    func schema() async throws(AirlockError) -> [SchemaTable] {
        var request = PostHogRequest(
            name: "schema", group: .objects, method: .post, path: "query/",
            body: ["query": ["kind": "DatabaseSchemaQuery"]], isRepeatable: true, isShared: true)
        request.maximumAge = client.configuration.definitionsAge
        let body = try await client.send(request).value.body
        guard let tables = (body["tables"] ?? body["results"]?["tables"])?.objectValue else {
            throw AirlockError(
                .upstreamFailed, "PostHog's answer to DatabaseSchemaQuery names no tables",
                hint: "The server may be of another version; see docs/posthog.md for those that are known to work.")
        }
        return tables.map { name, table in
            let fields = (table["fields"]?.objectValue ?? JSONObject()).map { name, field in
                (name: field["hogql_value"]?.stringValue ?? name, type: Self.word(field["type"]?.stringValue))
            }
            return SchemaTable(name: name, fields: fields)
        }
    }
}
