internal import AirlockCore

extension QueryExpression {
    /// The parts of a pure access path, however they are written: `e.properties.$os`, `e.properties['$os']`,
    /// `properties.items.0.sku`.
    ///
    /// - Returns: `nil` when the expression is not a chain of constant names and numbers that starts at a field.
    public var path: [PathPart]? {
        var parts: [PathPart] = []
        var node = self
        while true {
            switch node.kind {
            case .field(let names):
                return names.map { .name($0.name) } + parts.reversed()
            case .tupleAccess(let base, let index, _):
                parts.append(.index(index))
                node = base
            case .member(let base, let name, _):
                parts.append(.name(name.name))
                node = base
            case .arrayAccess(let base, let key, _):
                switch key.kind {
                case .constant(.string(let name)): parts.append(.name(name))
                case .constant(.number(let number)):
                    guard number.isWrittenAsInteger, let index = number.int else { return nil }
                    parts.append(.index(index))
                default: return nil
                }
                node = base
            default: return nil
            }
        }
    }

    /// Whether it is a lambda, or NOT before one, so that whatever follows would go into the lambda's body.
    var endsInLambda: Bool {
        switch kind {
        case .lambda: true
        case .not(let operand): operand.endsInLambda
        default: false
        }
    }

    /// The expression without aliases around it.
    public var withoutAlias: QueryExpression {
        var node = self
        while case .alias(let inner, _) = node.kind { node = inner }
        return node
    }
}

/// A step of an access path.
public enum PathPart: Sendable, Hashable {
    case name(String)
    case index(Int)
}
