/// A table of the warehouse as HogQL sees it.
struct TableShape: Sendable {
    /// What a name of the table stands for.
    enum Field: Sendable {
        case column(String, ClickHouseType)
        /// Storage that is NULL where PostHog has a default.
        case defaulted(String, ClickHouseType)
        /// A column of JSON text, whose keys are properties.
        case json(String, QuerySchema.PropertyScope)
        /// Another table, by a key of either side.
        case relation(String, key: String, foreignKey: String, extra: Condition?)
        /// Fields of this very row under another name: `poe.id`.
        case alias([String])
        /// PostHog has it, this warehouse does not hold it.
        case missing
    }

    /// A further condition of a relation: a column of the other table that must have a value.
    struct Condition: Sendable {
        let column: String
        let value: Int64
    }

    let name: String
    let storage: String
    /// In the order of `SELECT *`.
    let fields: [(name: String, field: Field)]
    let relations: [(name: String, field: Field)]

    func field(_ name: String) -> Field? {
        fields.first { $0.name == name }?.field ?? relations.first { $0.name == name }?.field
    }

    var names: [String] { (fields + relations).map(\.name) }
}
