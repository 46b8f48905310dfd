internal import AirlockCore

extension TreeEncoder {
    func encoded(_ call: FunctionCall, _ range: SourceRange) -> JSONValue {
        node(
            .call, range,
            [
                "name": .string(call.name.name), "parameters": call.parameters.map(list),
                "arguments": some(call.arguments), "distinct": flag(call.distinct), "filter": optional(call.filter),
                "order_by": encoded(call.orderBy), "within_group": encoded(call.withinGroup),
            ])
    }

    func encoded(_ call: WindowCall, _ range: SourceRange) -> JSONValue {
        var (over, window): (JSONValue?, JSONValue?)
        switch call.over {
        case .named(let name): over = .string(name.name)
        case .inline(let definition): window = encoded(definition)
        }
        return node(
            .window, range,
            [
                "name": .string(call.name.name), "parameters": call.parameters.map(list),
                "arguments": some(call.arguments), "over": over, "window": window,
            ])
    }

    func encoded(_ window: WindowDefinition) -> JSONValue {
        let frame = window.frame.map { frame in
            object([
                "unit": .string(frame.unit.rawValue.lowercased()), "start": encoded(frame.start),
                "end": frame.end.map(encoded),
            ])
        }
        return object([
            "partition_by": some(window.partitionBy), "order_by": encoded(window.orderBy), "frame": frame,
        ])
    }

    private func encoded(_ bound: WindowFrame.Bound) -> JSONValue {
        switch bound {
        case .currentRow: "current_row"
        case .unboundedPreceding: "unbounded_preceding"
        case .unboundedFollowing: "unbounded_following"
        case .preceding(let amount): object(["preceding": encoded(amount)])
        case .following(let amount): object(["following": encoded(amount)])
        }
    }

    func encoded(_ items: [OrderItem]) -> JSONValue? {
        guard !items.isEmpty else { return nil }
        return .array(
            items.map { item in
                let fill = item.fill.map { fill in
                    object(["from": optional(fill.from), "to": optional(fill.to), "step": optional(fill.step)])
                }
                return object([
                    "value": encoded(item.expression), "descending": flag(item.descending), "fill": fill,
                ])
            })
    }

    func encoded(_ selection: ColumnSelection, _ range: SourceRange) -> JSONValue {
        var (path, pattern, columns): (JSONValue?, JSONValue?, JSONValue?)
        switch selection.kind {
        case .all(let names): path = names.isEmpty ? nil : self.names(names)
        case .matching(let text): pattern = .string(text)
        case .listed(let listed): columns = list(listed)
        }
        let excluded = selection.excluding.isEmpty ? nil : JSONValue.array(selection.excluding.map(names))
        return node(
            .columns, range, ["of": path, "matching": pattern, "columns": columns, "excluding": excluded])
    }
}
