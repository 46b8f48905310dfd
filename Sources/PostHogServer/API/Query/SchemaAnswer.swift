internal import AirlockCore
internal import DriverKit
internal import LocalWarehouse

extension PostHogAPI {
    /// DatabaseSchemaQuery: the tables and their fields.
    func databaseSchema() async throws(APIError) -> JSONObject {
        var tables = JSONObject()
        do throws(AirlockError) {
            for name in try await driver.names(of: .table) {
                var fields = JSONObject()
                for field in try await driver.fields(of: name) where !field.name.contains("properties.") {
                    fields[field.name] = [
                        "name": .string(field.name), "hogql_value": .string(field.name),
                        "type": .string(Self.schemaType(field.type)), "schema_valid": true,
                    ]
                }
                tables[name] = [
                    "id": .string(name), "name": .string(name), "type": "posthog", "row_count": .null,
                    "fields": .object(fields),
                ]
            }
        } catch {
            throw APIError(error)
        }
        return ["tables": .object(tables), "joins": []]
    }

    /// A ClickHouse type as PostHog's schema calls it.
    private static func schemaType(_ type: String) -> String {
        let plain = type.hasPrefix("Nullable(") ? String(type.dropFirst(9).dropLast()) : type
        if plain == "JSON" { return "json" }
        if plain.hasPrefix("DateTime") { return "datetime" }
        if plain.hasPrefix("Date") { return "date" }
        if plain.hasPrefix("Int") || plain.hasPrefix("UInt") { return "integer" }
        if plain.hasPrefix("Float") { return "float" }
        if plain.hasPrefix("Decimal") { return "decimal" }
        if plain.hasPrefix("Array") { return "array" }
        return plain == "Bool" ? "boolean" : "string"
    }
}
