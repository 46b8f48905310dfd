internal import AirlockCore
internal import HogQL

/// A scalar function being bound: its arguments are resolved, and it says what it is for their types.
struct FunctionBinding {
    typealias Bind = @Sendable (FunctionBinding) throws(AirlockError) -> Node

    let name: String
    let arguments: [Node]
    let resolver: Resolver
    let range: SourceRange

    var calendar: ProjectCalendar { resolver.calendar }
    /// Whether an argument may be NULL.
    var anyNullable: Bool { arguments.contains { $0.isNullable } }

    func fail(_ message: String, hint: String? = nil) -> AirlockError {
        resolver.invalid("\(name) \(message)", range, hint: hint)
    }

    func unsupported(_ what: String, hint: String? = nil) -> AirlockError {
        resolver.unsupported(what, range, hint: hint)
    }

    func count(_ least: Int, _ most: Int? = nil) throws(AirlockError) {
        let most = most ?? least
        guard arguments.count >= least, arguments.count <= most else {
            let wanted = least == most ? "\(least)" : most == .max ? "at least \(least)" : "\(least) to \(most)"
            throw fail("takes \(wanted) argument\(wanted == "1" ? "" : "s"), not \(arguments.count)")
        }
    }

    func type(_ index: Int) -> String { resolver.typeName(arguments[index].type) }

    func string(_ index: Int) throws(AirlockError) {
        guard arguments[index].type.isString || arguments[index].type.isNull else {
            throw fail("needs text as argument \(index + 1), not \(type(index))", hint: "Convert it with toString(x).")
        }
    }

    func number(_ index: Int) throws(AirlockError) {
        guard arguments[index].type.isNumeric || arguments[index].type.isNull else {
            throw fail(
                "needs a number as argument \(index + 1), not \(type(index))", hint: "Convert it with toFloat(x).")
        }
    }

    func integer(_ index: Int) throws(AirlockError) {
        guard arguments[index].type.isInteger || arguments[index].type.isNull else {
            throw fail("needs a whole number as argument \(index + 1), not \(type(index))")
        }
    }

    func dateOrTime(_ index: Int) throws(AirlockError) {
        guard arguments[index].type.isDateOrTime || arguments[index].type.isNull else {
            throw fail(
                "needs a date or time as argument \(index + 1), not \(type(index))",
                hint: "Convert it with toDateTime(x).")
        }
    }

    func element(_ index: Int) throws(AirlockError) -> ClickHouseType {
        guard let element = arguments[index].type.element else {
            throw fail("needs an array as argument \(index + 1), not \(type(index))")
        }
        return element
    }

    func constantText(_ index: Int) throws(AirlockError) -> String {
        guard case .string(let text)? = arguments[index].constant else {
            throw fail("needs a constant text as argument \(index + 1)")
        }
        return text
    }

    func constantInt(_ index: Int) throws(AirlockError) -> Int64 {
        guard case .int(let value)? = arguments[index].constant else {
            throw fail("needs a constant whole number as argument \(index + 1)")
        }
        return value
    }

    /// Several texts from argument `first` on.
    func strings(from first: Int = 0) throws(AirlockError) {
        for index in first..<max(first, arguments.count) { try string(index) }
    }

    /// ClickHouse has no `Nullable(Array(…))`.
    func neverNull() throws(AirlockError) {
        guard !anyNullable else {
            throw fail("cannot take a value that may be NULL", hint: "Wrap it: ifNull(x, '').")
        }
    }

    /// The call, NULL when an argument is.
    func call(
        _ type: ClickHouseType, key: String? = nil, sql: (@Sendable ([String]) -> String)? = nil,
        mayMakeNaN: Bool = false, readsBytes: Bool = false, repeats: Int = 1,
        _ evaluate: @escaping ScalarCall.Evaluate
    ) -> Node {
        call(
            arguments, type, key: key, sql: sql, mayMakeNaN: mayMakeNaN, readsBytes: readsBytes, repeats: repeats,
            evaluate)
    }

    func call(
        _ arguments: [Node], _ type: ClickHouseType, key: String? = nil, sql: (@Sendable ([String]) -> String)? = nil,
        mayMakeNaN: Bool = false, readsBytes: Bool = false, repeats: Int = 1,
        _ evaluate: @escaping ScalarCall.Evaluate
    ) -> Node {
        let nullable = arguments.contains { $0.isNullable }
        if arguments.contains(where: \.isConstantNull) { return .null }
        let call = ScalarCall(
            key ?? name, sql: sql, mayMakeNaN: mayMakeNaN, readsBytes: readsBytes, repeats: repeats,
            evaluate: evaluate)
        return .call(call, type.nullable(if: nullable), arguments)
    }

    /// The arguments brought to their common type.
    func unified(_ nodes: [Node]) throws(AirlockError) -> ([Node], ClickHouseType) {
        var type = ClickHouseType.nothing
        for node in nodes {
            guard let common = ClickHouseType.common(type, node.type) else {
                throw fail(
                    "has arguments without a common type: \(resolver.typeName(type)) and \(resolver.typeName(node.type))"
                )
            }
            type = common
        }
        var result: [Node] = []
        for node in nodes { result.append(try resolver.cast(node, to: type, range)) }
        return (result, type)
    }

    /// The arguments, with NaN kept apart from NULL.
    func distinguished() throws(AirlockError) -> [Node] {
        var result: [Node] = []
        for argument in arguments {
            guard let node = argument.distinguishingNaN() else {
                throw unsupported("\(name) of a column where NaN and NULL may both stand")
            }
            result.append(node)
        }
        return result
    }
}
