/// The calls that turn NULL into something, and back.
enum NullHandling {
    /// The type's default in the place of a NULL that a join or storage left behind.
    static func defaulted(_ node: Node) -> Node {
        guard !node.type.isNullable, node.type != .nothing else { return node }
        let fallback = Node.constant(node.type.defaultValue, node.type)
        let call = ScalarCall("default", sql: { "coalesce(\($0[0]), \($0[1]))" }, seesNull: true) {
            $0[0].isNull ? $0[1] : $0[0]
        }
        return .call(call, node.type, [node, fallback])
    }

    /// 1 or 0 in the place of unknown.
    static func decided(_ node: Node, unknownIs truth: Bool) -> Node {
        guard node.isNullable else { return node }
        let call = ScalarCall(
            truth ? "elseTrue" : "elseFalse", sql: { "coalesce(\($0[0]), \(truth ? 1 : 0))" }, seesNull: true
        ) {
            $0[0].isNull ? .bool(truth) : $0[0]
        }
        return .call(call, .uint8, [node])
    }
}

extension Node {
    /// The expression for a consumer that tells NULL from NaN: where a NaN would have to hide in a NULL, computing it
    /// is an error instead. `nil` when that cannot be arranged.
    func distinguishingNaN() -> Node? {
        guard mayBeNaN, type.isNullable else { return self }
        switch kind {
        case .call(let call, let arguments):
            var strict: [Node] = []
            for argument in arguments {
                guard let argument = argument.distinguishingNaN() else { return nil }
                strict.append(argument)
            }
            guard call.mayMakeNaN else { return .call(call, type, strict) }
            let loud = ScalarCall("loud \(call.key)", mayMakeNaN: false) { values in
                let value = try call.evaluate(values)
                if case .double(let number) = value, number.isNaN {
                    throw ExecutionFault(
                        "a division gave NaN where NULL may stand too; divide by nullIf(x, 0) to make it NULL")
                }
                return value
            }
            return .call(loud, type, strict)
        default: return nil
        }
    }
}
