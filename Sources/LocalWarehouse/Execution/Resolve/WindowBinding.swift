internal import AirlockCore
internal import HogQL

/// A function before OVER being bound. Every aggregate may stand there, and the functions that only a window has.
struct WindowBinding {
    let name: String
    let arguments: [Node]
    let parameters: [Node]
    let partition: [Node]
    let order: [WindowNode.Order]
    let frame: WindowFrameText
    let resolver: Resolver
    let range: SourceRange

    func bind() throws(AirlockError) -> Node {
        if AggregateCatalog.windowOnly.contains(name), !parameters.isEmpty {
            throw resolver.invalid("\(name) takes no parameters before its arguments", range)
        }
        switch name {
        case "row_number", "rank", "dense_rank":
            try count(0, 0)
            return native("\(name)()", [], .uint64)
        case "percent_rank", "cume_dist":
            try count(0, 0)
            return native("\(name)()", [], .float)
        case "ntile":
            try count(1, 1)
            guard case .int(let buckets)? = arguments[0].constant, buckets > 0 else {
                throw resolver.invalid("ntile needs a constant number of buckets", range)
            }
            return native("ntile(\(buckets))", [], .uint64)
        case "lag", "lead", "lagInFrame", "leadInFrame": return try shifted()
        case "nth_value": return try nthValue()
        // ClickHouse's names for any and anyLast, which pass over NULL.
        case "first_value", "last_value":
            try count(1, 1)
            return try aggregate(name == "first_value" ? "any" : "anyLast")
        default: return try aggregate(name)
        }
    }

    private func count(_ least: Int, _ most: Int) throws(AirlockError) {
        guard arguments.count >= least, arguments.count <= most else {
            let wanted = least == most ? "\(least)" : "\(least) to \(most)"
            throw resolver.invalid(
                "\(name) takes \(wanted) argument\(wanted == "1" ? "" : "s"), not \(arguments.count)", range)
        }
    }

    // MARK: - Nodes

    private var signature: String {
        let keys = order.map { $0.key.signature + ($0.descending ? " desc" : "") }
        return " over (\(partition.map(\.signature).joined(separator: ","));\(keys.joined(separator: ",")))"
    }

    private func node(
        _ function: WindowNode.Function, _ key: String, _ arguments: [Node], _ type: ClickHouseType, frame: String,
        mayBeNaN: Bool = false
    ) -> Node {
        let window = WindowNode(
            function: function, arguments: arguments, partition: partition, order: order, frame: frame)
        return Node(
            .window(window), type,
            signature: "\(key)(\(arguments.map(\.signature).joined(separator: ",")))\(signature) \(frame)",
            children: window.children, mayBeNaN: mayBeNaN, window: true)
    }

    private func native(
        _ text: String, _ arguments: [Node], _ type: ClickHouseType, frame: String? = nil, mayBeNaN: Bool = false,
        _ call: (@Sendable ([String]) -> String)? = nil
    ) -> Node {
        node(
            .native(call ?? { _ in text }), text, arguments, type, frame: frame ?? self.frame.text, mayBeNaN: mayBeNaN)
    }

    // MARK: - Places in the frame

    /// `nth_value`: NULL outside the frame becomes the type's default, which is NULL only for a Nullable.
    private func nthValue() throws(AirlockError) -> Node {
        try count(2, 2)
        guard case .int(let place)? = arguments[1].constant, place > 0 else {
            throw resolver.invalid("nth_value needs a constant place from 1", range)
        }
        guard !arguments[0].mayBeNaN else { throw resolver.unsupported("nth_value of what may be NaN", range) }
        let value = native("nth_value \(place)", [arguments[0]], arguments[0].type) { "nth_value(\($0[0]), \(place))" }
        return NullHandling.defaulted(value)
    }

    /// `lag` and `lead` see the whole partition, their InFrame forms only the frame.
    private func shifted() throws(AirlockError) -> Node {
        try count(1, 3)
        var offset: Int64 = 1
        if arguments.count > 1 {
            guard case .int(let number)? = arguments[1].constant, number >= 0 else {
                throw resolver.invalid("\(name) needs a constant offset from 0", range)
            }
            offset = number
        }
        var type = arguments[0].type
        if case .tuple = type { throw resolver.unsupported("\(name) of tuples", range) }
        var fallback = Node.constant(type.defaultValue, type)
        if arguments.count == 3 {
            guard let common = ClickHouseType.common(type, arguments[2].type) else {
                throw resolver.invalid("\(name) has a default of another type", range)
            }
            type = common
            fallback = try resolver.cast(arguments[2], to: common, range)
        }
        let value = try resolver.cast(arguments[0], to: type, range)
        let (function, distance) = (name.hasPrefix("lag") ? "lag" : "lead", offset)
        let neighbour = native(
            "\(function) \(distance)", [value, fallback], type, frame: "", mayBeNaN: value.mayBeNaN
        ) { "\(function)(\($0[0]), \(distance), \($0[1]))" }
        guard name.hasSuffix("InFrame"), !isAlwaysInFrame(function == "lag" ? -distance : distance) else {
            return neighbour
        }
        let call = ScalarCall(
            "in frame \(function) \(distance)",
            sql: { parts in
                // The places, from 1, of the row, and of the frame's first and last row.
                let place = function == "lag" ? "(\(parts[2]) - \(distance))" : "(\(parts[2]) + \(distance))"
                return "(CASE WHEN \(place) > \(parts[3]) - \(parts[4]) AND \(place) <= \(parts[3]) "
                    + "THEN \(parts[0]) ELSE \(parts[1]) END)"
            }, seesNull: true
        ) { $0[0] }
        let rows: @Sendable ([String]) -> String = { _ in "count(*)" }
        let parts = [
            neighbour, fallback, native("row_number()", [], .uint64, frame: ""),
            node(.native(rows), "rows", [], .uint64, frame: frame.upToEnd),
            node(.native(rows), "rows", [], .uint64, frame: frame.text),
        ]
        return Node(
            .call(call, parts), type, signature: "\(call.key)(\(parts.map(\.signature).joined(separator: ",")))",
            children: parts, mayBeNaN: value.mayBeNaN)
    }

    /// Whether the frame holds the row at a distance wherever the partition does.
    private func isAlwaysInFrame(_ distance: Int64) -> Bool {
        let starts: Bool
        let ends: Bool
        switch frame.start {
        case .unbounded: starts = true
        case .offset(let first): starts = frame.unit == .rows && first <= distance
        }
        switch frame.end {
        case .unbounded: ends = true
        // A frame by RANGE ends no sooner than with the current row.
        case .offset(let last): ends = frame.unit == .rows ? last >= distance : last >= 0 && distance <= 0
        }
        return starts && ends
    }

    // MARK: - Aggregates

    private func aggregate(_ name: String) throws(AirlockError) -> Node {
        guard let found = AggregateCatalog.find(name) else {
            throw resolver.invalid(
                "there is no window function '\(name)'", range,
                hint: nearestName(to: name, in: AggregateCatalog.names).map { "Did you mean '\($0)'?" })
        }
        var (arguments, filter): ([Node], Node?) = (arguments, nil)
        if found.isFiltered {
            filter = arguments.popLast()
            guard filter?.type.isNumeric ?? false else {
                throw resolver.invalid("\(name) needs a condition as its last argument", range)
            }
        }
        for parameter in parameters where parameter.constant == nil {
            throw resolver.invalid("a parameter of \(name) must be a constant", range)
        }
        let bound = try found.bind(
            AggregateBinding(
                name: name, arguments: arguments, parameters: parameters, isDistinct: false, filter: filter,
                resolver: resolver, range: range), found)
        return try over(bound)
    }

    /// The expression with a window in place of each aggregate.
    private func over(_ bound: Node) throws(AirlockError) -> Node {
        if case .aggregate(let call, let arguments, let filter) = bound.kind {
            return node(
                .aggregate(call, isFiltered: filter != nil), bound.signature, arguments + (filter.map { [$0] } ?? []),
                bound.type, frame: frame.text, mayBeNaN: bound.mayBeNaN)
        }
        guard bound.containsAggregate else { return bound }
        return try bound.mapChildren { child throws(AirlockError) in try over(child) }
            .signed(bound.signature + signature + frame.text)
    }
}
