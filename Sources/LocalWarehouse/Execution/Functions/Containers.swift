internal import AirlockCore
internal import HogQL

/// The building blocks for arrays and tuples.
enum Containers {
    /// An element of a tuple.
    static func element(of tuple: Node, at index: Int, _ type: ClickHouseType) -> Node {
        // `tuple(a, b).1` is just a.
        if case .call(let call, let parts) = tuple.kind, call.key == "tuple", index < parts.count {
            return parts[index]
        }
        let call = ScalarCall("tupleElement \(index)", seesNull: true) { values in
            let elements = values[0].elements
            return index < elements.count ? elements[index] : type.defaultValue
        }
        return .call(call, type, [tuple])
    }

    static func tuple(_ nodes: [Node]) -> Node {
        .call(ScalarCall("tuple", seesNull: true) { .array($0) }, .tuple(nodes.map(\.type)), nodes)
    }

    static func zip(_ arrays: [Node], _ resolver: Resolver, _ range: SourceRange) throws(AirlockError) -> Node {
        var elements: [ClickHouseType] = []
        for array in arrays {
            guard let element = array.type.element else {
                throw resolver.invalid("an array is needed, not \(resolver.typeName(array.type))", range)
            }
            elements.append(element)
        }
        let call = ScalarCall("arrayZip") { values in
            let count = values.first?.elements.count ?? 0
            guard values.allSatisfy({ $0.elements.count == count }) else {
                throw ExecutionFault("arrays that are joined side by side must be equally long")
            }
            return .array((0..<count).map { index in .array(values.map { $0.elements[index] }) })
        }
        return .call(call, .array(.tuple(elements)), arrays)
    }

    /// The floats of an array as texts, which json_each gives back unchanged.
    static func textsOfFloats(_ array: Node) -> Node {
        let call = ScalarCall("floatTexts") { values in
            .array(
                values[0].elements.map { value in
                    guard case .double(let number) = value else { return value.isNull ? .null : .string("0") }
                    return .string(number.description)
                })
        }
        return .call(call, .array(.nullable(.string)), [array])
    }

    static func float(fromText node: Node, nullable: Bool) -> Node {
        let call = ScalarCall("floatFromText") { .double(Double($0[0].text) ?? .nan) }
        let type = ClickHouseType.float.nullable(if: nullable)
        return Node(
            .call(call, [node]), type, signature: "floatFromText(\(node.signature))", children: [node],
            mayBeNaN: true)
    }
}
