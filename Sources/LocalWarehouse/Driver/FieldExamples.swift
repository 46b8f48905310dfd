internal import AirlockCore
internal import GRDB

/// Values that properties of events have, for those who have to write queries about them.
enum FieldExamples {
    private static let sampledEvents = 500
    private static let longestText = 60
    private static let maxProperties = 2000

    /// From the latest events, values that at least two persons share: what only one has may say who it is.
    static func ofEvents(_ warehouse: Warehouse) async throws(AirlockError) -> [String: JSONValue] {
        try await warehouse.read { db in
            var firstSeen: [String: [JSONValue: String]] = [:]
            var examples: [String: JSONValue] = [:]
            let rows = try Row.fetchCursor(
                db, sql: "SELECT properties, person_id FROM events ORDER BY timestamp DESC, rowid DESC LIMIT ?",
                arguments: [sampledEvents])
            while let row = try rows.next() {
                guard let text = row.text(0), text.utf8.count < 1 << 18, let person = row.text(1),
                    let properties = (try? JSONValue(json: text))?.objectValue
                else { continue }
                for (name, value) in properties where examples[name] == nil && isPlain(value) {
                    guard let owner = firstSeen[name]?[value] else {
                        if firstSeen.count < maxProperties { firstSeen[name, default: [:]][value] = person }
                        continue
                    }
                    if owner != person { examples[name] = value }
                }
            }
            return examples
        }
    }

    private static func isPlain(_ value: JSONValue) -> Bool {
        switch value {
        case .bool, .number: true
        case .string(let text): !text.isEmpty && text.utf8.count <= longestText
        case .null, .array, .object: false
        }
    }
}
