internal import AirlockCore
internal import HogQL

/// An aggregate function being bound. Its condition, from `-If` or FILTER, is already apart from its arguments.
struct AggregateBinding {
    typealias Bind = @Sendable (AggregateBinding) throws(AirlockError) -> Node

    var name: String
    var arguments: [Node]
    let parameters: [Node]
    let isDistinct: Bool
    let filter: Node?
    let resolver: Resolver
    let range: SourceRange

    func fail(_ message: String, hint: String? = nil) -> AirlockError {
        resolver.invalid("\(name) \(message)", range, hint: hint)
    }

    func count(_ least: Int, _ most: Int? = nil) throws(AirlockError) {
        let most = most ?? least
        guard arguments.count >= least, arguments.count <= most else {
            let wanted = least == most ? "\(least)" : most == .max ? "at least \(least)" : "\(least) to \(most)"
            throw fail("takes \(wanted) argument\(wanted == "1" ? "" : "s"), not \(arguments.count)")
        }
    }

    func parameterCount(_ count: Int) throws(AirlockError) {
        guard parameters.count == count else { throw fail("takes \(count) parameters, not \(parameters.count)") }
    }

    func number(_ index: Int) throws(AirlockError) {
        guard arguments[index].type.isNumeric || arguments[index].type.isNull else {
            throw fail(
                "needs a number, not \(resolver.typeName(arguments[index].type))",
                hint: arguments[index].type.isString
                    ? "Convert it with toFloat(x). A property counts once it is defined as Numeric." : nil)
        }
    }

    func integer(_ index: Int) throws(AirlockError) {
        guard arguments[index].type.isInteger || arguments[index].type.isNull else {
            throw fail("needs a whole number, not \(resolver.typeName(arguments[index].type))")
        }
    }

    func unsupported(_ what: String, hint: String? = nil) -> AirlockError {
        resolver.unsupported(what, range, hint: hint)
    }

    /// A parameter that counts something, such as the N of `topK(N)`; `nil` where there is none.
    func countParameter(_ index: Int = 0, least: Int64 = 1, most: Int64 = 1_000_000) throws(AirlockError) -> Int? {
        guard parameters.count > index else { return nil }
        guard case .int(let value)? = parameters[index].constant, value >= least, value <= most else {
            throw fail("needs a whole number from \(least) to \(most) as its parameter \(index + 1)")
        }
        return Int(value)
    }

    func noDistinct() throws(AirlockError) {
        if isDistinct {
            throw resolver.unsupported("\(name)(DISTINCT …)", range, hint: "Use a subquery with DISTINCT.")
        }
    }

    /// The arguments, with NaN kept apart from NULL.
    func distinguished() throws(AirlockError) -> [Node] {
        var result: [Node] = []
        for argument in arguments {
            guard let node = argument.distinguishingNaN() else {
                throw resolver.unsupported("\(name) of a column where NaN and NULL may both stand", range)
            }
            result.append(node)
        }
        return result
    }

    /// The aggregate over `nodes`.
    func aggregate(
        _ nodes: [Node], _ type: ClickHouseType, key: String? = nil,
        sql: (@Sendable ([String], String) -> String)? = nil, mayMakeNaN: Bool = false,
        make: @escaping @Sendable () -> any Accumulator
    ) -> Node {
        let call = AggregateCall(key ?? name, sql: sql, make: make)
        let children = nodes + (filter.map { [$0] } ?? [])
        let signature =
            "\(call.key)(\(nodes.map(\.signature).joined(separator: ",")))[\(filter?.signature ?? "")]"
        return Node(
            .aggregate(call, nodes, filter: filter), type, signature: signature, children: children,
            mayBeNaN: mayMakeNaN, aggregate: true)
    }

    /// An aggregate that steps over the rows without a NULL among their arguments, and is NULL where there may be NULLs
    /// and no row was left.
    func fold<State: Sendable>(
        _ nodes: [Node], _ type: ClickHouseType, key: String? = nil, _ initial: State,
        step: @escaping @Sendable (inout State, ArgumentRow) throws -> Void,
        finish: @escaping @Sendable (State) throws -> Value
    ) -> Node {
        let nullable = nodes.contains { $0.isNullable } && !type.isContainer
        return aggregate(nodes, type.nullable(if: nullable), key: key, mayMakeNaN: type.isFloat) {
            Folding(initial, nullable: nullable, step: step, finish: finish)
        }
    }
}

/// An accumulator made of a state and two functions.
final class Folding<State>: Accumulator {
    private var state: State
    private let nullable: Bool
    private var isEmpty = true
    private let step: @Sendable (inout State, ArgumentRow) throws -> Void
    private let finish: @Sendable (State) throws -> Value

    init(
        _ initial: State, nullable: Bool, step: @escaping @Sendable (inout State, ArgumentRow) throws -> Void,
        finish: @escaping @Sendable (State) throws -> Value
    ) {
        (state, self.nullable, self.step, self.finish) = (initial, nullable, step, finish)
    }

    func add(_ row: ArgumentRow) throws {
        for index in 0..<row.count where row.isMissing(index) { return }
        isEmpty = false
        try step(&state, row)
    }

    func result() throws -> Value {
        if nullable, isEmpty { return .null }
        let value = try finish(state)
        // SQLite has one NULL for both; a NaN is NULL in PostHog's reply too.
        if nullable, case .double(let number) = value, number.isNaN { return .null }
        return value
    }
}
