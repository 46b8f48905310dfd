internal import AirlockCore
internal import HogQL

extension Resolver {
    func window(_ call: WindowCall, _ scope: SelectScope, _ range: SourceRange) throws(AirlockError) -> Node {
        let name = call.name.name
        if let clause = scope.withoutAggregates {
            throw invalid("the window function \(name) cannot stand in \(clause)", range)
        }
        var definition: WindowDefinition
        switch call.over {
        case .inline(let inline): definition = inline
        case .named(let identifier):
            guard let named = scope.windows[identifier.name] else {
                throw invalid(
                    "there is no window '\(identifier.name)'", identifier.range,
                    hint: nearestName(to: identifier.name, in: scope.windows.keys).map { "Did you mean '\($0)'?" })
            }
            definition = named
        }
        var syntax = call.arguments
        if syntax.count == 1, case .columns = syntax[0].kind { syntax = [] }
        var arguments: [Node] = []
        for argument in syntax { arguments.append(try expr(argument, scope)) }
        if arguments.contains(where: \.containsWindow) {
            throw invalid("a window function stands inside the window function \(name)", range)
        }
        var partition: [Node] = []
        for key in definition.partitionBy { partition.append(try expr(key, scope)) }
        var order: [WindowNode.Order] = []
        for item in definition.orderBy {
            let key = try expr(item.expression, scope)
            guard !key.type.isContainer else {
                throw unsupported("a window's ORDER BY of \(typeName(key.type))", range)
            }
            order.append(.init(key: key, descending: item.descending))
        }
        let frame = try WindowFrameText(definition.frame, self, range)
        if frame.hasRangeOffset, order.count != 1 || !order[0].key.type.isNumeric {
            throw unsupported("RANGE with an offset over anything but one number", range, hint: "Use ROWS.")
        }
        let function = try WindowFunctions.bind(
            name, arguments, hasParameters: call.parameters != nil, frame, isOrdered: !order.isEmpty, self, range)
        let node = WindowNode(
            function: function.call, arguments: function.arguments, partition: partition, order: order,
            frame: frame.text, finish: function.finish)
        let keys = order.map { $0.key.signature + ($0.descending ? " desc" : "") }
        let signature =
            "\(function.key)(\(function.arguments.map(\.signature).joined(separator: ","))) over "
            + "(\(partition.map(\.signature).joined(separator: ","));\(keys.joined(separator: ","));\(frame.text))"
        return Node(
            .window(node), function.type, signature: signature, children: node.children,
            mayBeNaN: function.mayBeNaN, window: true)
    }
}

/// A window's frame as SQLite writes it; its defaults are ClickHouse's.
struct WindowFrameText {
    var text = ""
    var isRows = false
    /// How many rows before and after the current one are in it; `nil` for all.
    var before: Int64?
    var after: Int64? = 0
    var hasRangeOffset = false

    init(_ frame: WindowFrame?, _ resolver: Resolver, _ range: SourceRange) throws(AirlockError) {
        guard let frame else { return }
        isRows = frame.unit == .rows
        let (start, first) = try Self.bound(frame.start, resolver, range)
        let (end, last) = try Self.bound(frame.end ?? .currentRow, resolver, range)
        if !isRows {
            for bound in [frame.start, frame.end ?? .currentRow] {
                switch bound {
                case .preceding, .following: hasRangeOffset = true
                default: break
                }
            }
        }
        text = "\(frame.unit.rawValue) BETWEEN \(start) AND \(end)"
        before = first.map { -$0 }
        after = last
    }

    /// The bound's text and its place from the current row; `nil` for unbounded.
    private static func bound(
        _ bound: WindowFrame.Bound, _ resolver: Resolver, _ range: SourceRange
    ) throws(AirlockError) -> (String, Int64?) {
        switch bound {
        case .currentRow: return ("CURRENT ROW", 0)
        case .unboundedPreceding: return ("UNBOUNDED PRECEDING", nil)
        case .unboundedFollowing: return ("UNBOUNDED FOLLOWING", nil)
        case .preceding(let count):
            let number = try resolver.rowCount(count, "PRECEDING")
            return ("\(number) PRECEDING", -number)
        case .following(let count):
            let number = try resolver.rowCount(count, "FOLLOWING")
            return ("\(number) FOLLOWING", number)
        }
    }
}

/// The functions that may stand before OVER.
enum WindowFunctions {
    struct Bound {
        let key: String
        let arguments: [Node]
        let type: ClickHouseType
        var mayBeNaN = false
        let call: @Sendable ([String]) -> String
        var finish: @Sendable (String) -> String = { $0 }
    }

    static func bind(
        _ name: String, _ arguments: [Node], hasParameters: Bool, _ frame: WindowFrameText, isOrdered: Bool,
        _ resolver: Resolver, _ range: SourceRange
    ) throws(AirlockError) -> Bound {
        func count(_ least: Int, _ most: Int) throws(AirlockError) {
            guard arguments.count >= least, arguments.count <= most else {
                throw resolver.invalid("\(name) takes \(least) to \(most) arguments, not \(arguments.count)", range)
            }
        }
        if hasParameters { throw resolver.unsupported("\(name) with parameters OVER a window", range) }
        let numbering: [String: ClickHouseType] = [
            "row_number": .uint64, "rank": .uint64, "dense_rank": .uint64, "percent_rank": .float, "cume_dist": .float,
        ]
        if let type = numbering[name] {
            try count(0, 0)
            return Bound(key: name, arguments: [], type: type, call: { _ in "\(name)()" })
        }
        switch name {
        case "ntile":
            try count(1, 1)
            guard case .int(let buckets)? = arguments[0].constant, buckets > 0 else {
                throw resolver.invalid("ntile needs a constant number of buckets", range)
            }
            return Bound(key: name, arguments: arguments, type: .uint64, call: { "ntile(\($0[0]))" })
        case "lag", "lead", "lagInFrame", "leadInFrame": return try shifted(name, arguments, frame, resolver, range)
        case "first_value", "last_value", "any", "anyLast":
            try count(1, 1)
            let function = name == "first_value" || name == "any" ? "first_value" : "last_value"
            if arguments[0].isNullable {
                throw resolver.unsupported("\(name) of values that may be NULL OVER a window", range)
            }
            let type = arguments[0].type
            return Bound(
                key: function, arguments: arguments, type: type, mayBeNaN: arguments[0].mayBeNaN,
                call: { "\(function)(\($0[0]))" })
        case "nth_value":
            try count(2, 2)
            guard case .int(let place)? = arguments[1].constant, place > 0 else {
                throw resolver.invalid("nth_value needs a constant place from 1", range)
            }
            guard !arguments[0].mayBeNaN else { throw resolver.unsupported("nth_value of what may be NaN", range) }
            return defaulted(name, arguments, arguments[0].type) { "nth_value(\($0[0]), \($0[1]))" }
        default: return try aggregate(name, arguments, resolver, range)
        }
    }

    /// NULL from an empty place becomes the type's default, which is NULL only for a Nullable.
    private static func defaulted(
        _ key: String, _ arguments: [Node], _ type: ClickHouseType, _ call: @escaping @Sendable ([String]) -> String
    ) -> Bound {
        guard !type.isNullable else { return Bound(key: key, arguments: arguments, type: type, call: call) }
        let text = literal(type.defaultValue)
        return Bound(key: key, arguments: arguments, type: type, call: call, finish: { "coalesce(\($0), \(text))" })
    }

    /// Only the few fixed defaults of types are ever written so.
    private static func literal(_ value: Value) -> String {
        switch value {
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .string(let text): "'\(text)'"
        case .array: "'[]'"
        case .null: "NULL"
        }
    }

    private static func shifted(
        _ name: String, _ arguments: [Node], _ frame: WindowFrameText, _ resolver: Resolver, _ range: SourceRange
    ) throws(AirlockError) -> Bound {
        guard (1...3).contains(arguments.count) else {
            throw resolver.invalid("\(name) takes 1 to 3 arguments, not \(arguments.count)", range)
        }
        var offset: Int64 = 1
        if arguments.count > 1 {
            guard case .int(let number)? = arguments[1].constant, number >= 0 else {
                throw resolver.invalid("\(name) needs a constant offset from 0", range)
            }
            offset = number
        }
        let back = name.hasPrefix("lag")
        var type = arguments[0].type
        var fallback = Node.constant(type.defaultValue, type)
        if case .tuple = type { throw resolver.unsupported("\(name) of tuples", range) }
        if arguments.count == 3 {
            guard let common = ClickHouseType.common(type, arguments[2].type) else {
                throw resolver.invalid("\(name) has a default of another type", range)
            }
            type = common
            fallback = try resolver.cast(arguments[2], to: common, range)
        }
        let value = try resolver.cast(arguments[0], to: type, range)
        var outside = false
        if name.hasSuffix("InFrame") {
            let reach = back ? frame.before : frame.after
            if !back, !frame.isRows, frame.after != nil {
                throw resolver.unsupported(
                    "leadInFrame in a frame that ends at the current row", range,
                    hint: "Add ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING.")
            }
            if frame.hasRangeOffset { throw resolver.unsupported("\(name) in a RANGE frame with an offset", range) }
            if let start = back ? frame.after : frame.before.map({ -$0 }), back ? start < -offset : start > offset {
                outside = true
            }
            if let reach, offset > reach { outside = true }
        }
        let function = back ? "lag" : "lead"
        let distance = offset
        if outside {
            return Bound(key: "\(name) outside", arguments: [fallback], type: type, call: { "max(\($0[0]))" })
        }
        return Bound(
            key: "\(function) \(distance)", arguments: [value, fallback], type: type, mayBeNaN: value.mayBeNaN,
            call: { "\(function)(\($0[0]), \(distance), \($0[1]))" })
    }

    private static func aggregate(
        _ name: String, _ arguments: [Node], _ resolver: Resolver, _ range: SourceRange
    ) throws(AirlockError) -> Bound {
        var (base, arguments) = (name, arguments)
        var filter: Node?
        if base.hasSuffix("If"), base != "If" {
            base.removeLast(2)
            filter = arguments.popLast()
            guard filter?.type.isNumeric ?? false else {
                throw resolver.invalid("\(name) needs a condition as its last argument", range)
            }
        }
        base = base.lowercased()
        guard ["sum", "count", "avg", "min", "max"].contains(base) else {
            if AggregateCatalog.find(name) != nil { throw resolver.unsupported("\(name) OVER a window", range) }
            throw resolver.invalid(
                "there is no window function '\(name)'", range,
                hint: nearestName(
                    to: name, in: Array(AggregateCatalog.windowOnly) + ["sum", "count", "avg", "min", "max"]
                )
                .map { "Did you mean '\($0)'?" })
        }
        guard arguments.count == 1 || (base == "count" && arguments.isEmpty) else {
            throw resolver.invalid("\(name) takes one argument", range)
        }
        let function = base
        let hasFilter = filter != nil
        let all = arguments + (filter.map { [$0] } ?? [])
        let hasArgument = !arguments.isEmpty
        let call: @Sendable ([String]) -> String = { parts in
            "\(function)(\(hasArgument ? parts[0] : "*"))"
                + (hasFilter ? " FILTER (WHERE \(parts[parts.count - 1]))" : "")
        }
        let key = "\(function)\(hasFilter ? " filtered" : "")"
        guard let argument = arguments.first else { return Bound(key: key, arguments: all, type: .uint64, call: call) }
        guard !argument.mayBeNaN, !argument.type.isContainer, argument.type.inner != .uuid else {
            throw resolver.unsupported(
                "\(name) OVER a window of \(resolver.typeName(argument.type)) values that may be NaN", range)
        }
        switch base {
        case "count":
            // A value that cannot be NULL counts as a row.
            return Bound(key: key, arguments: all, type: .uint64, call: call)
        case "avg", "sum":
            guard argument.type.isNumeric else {
                throw resolver.invalid("\(name) needs numbers, not \(resolver.typeName(argument.type))", range)
            }
            if base == "avg" {
                return Bound(
                    key: key, arguments: all, type: ClickHouseType.float.nullable(if: argument.isNullable),
                    mayBeNaN: true, call: call)
            }
            let shape = argument.type.integerShape
            let type: ClickHouseType = shape.map { $0.signed ? .int64 : .uint64 } ?? .float
            return defaulted(key, all, type.nullable(if: argument.isNullable), call)
        default: return defaulted(key, all, argument.type, call)
        }
    }
}
