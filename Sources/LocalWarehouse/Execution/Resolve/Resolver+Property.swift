internal import AirlockCore
internal import HogQL

extension Resolver {
    /// A property by its path: of the first level typed by its definition, deeper ones as text.
    func property(
        _ column: Node, _ properties: QuerySchema.PropertyScope?, _ path: [PathPart], _ range: SourceRange
    ) throws(AirlockError) -> Node {
        let key = path.map { part in
            switch part {
            case .name(let name): Value.string(name)
            case .index(let index): Value.int(Int64(index))
            }
        }
        var type = QuerySchema.PropertyType.string
        if let properties, path.count == 1, case .name(let name) = path[0] {
            type = schema.properties[properties]?[name] ?? .string
        }
        return Properties.node(column, key, type, calendar)
    }
}
