import HogQL

extension NormalForm {
    init(_ call: FunctionCall) {
        self = .node(
            "Call",
            [
                "name": .string(call.name.name), "args": .listed(call.arguments),
                "params": call.parameters.map(Self.listed), "distinct": .flag(call.distinct),
                "filter_expr": call.filter.map(Self.init), "order_by": Self.order(call.orderBy),
                "within_group": Self.order(call.withinGroup),
            ])
    }

    init(_ call: WindowCall) {
        var fields: [String: NormalForm?] = [
            "name": .string(call.name.name), "exprs": .listed(call.parameters ?? call.arguments),
            "args": call.parameters == nil ? nil : .some(call.arguments),
        ]
        switch call.over {
        case .named(let name): fields["over_identifier"] = .string(name.name)
        case .inline(let window): fields["over_expr"] = Self(window)
        }
        self = .node("WindowFunction", fields)
    }

    init(_ window: WindowDefinition) {
        self = .node(
            "WindowExpr",
            [
                "partition_by": .some(window.partitionBy), "order_by": Self.order(window.orderBy),
                "frame_method": window.frame.map { .string($0.unit.rawValue) },
                "frame_start": window.frame.map { Self($0.start) }, "frame_end": window.frame?.end.map(Self.init),
            ])
    }

    private init(_ bound: WindowFrame.Bound) {
        switch bound {
        case .currentRow: self = .node("WindowFrameExpr", ["frame_type": .string("CURRENT ROW")])
        case .unboundedPreceding: self = .node("WindowFrameExpr", ["frame_type": .string("PRECEDING")])
        case .unboundedFollowing: self = .node("WindowFrameExpr", ["frame_type": .string("FOLLOWING")])
        case .preceding(let amount):
            self = .node("WindowFrameExpr", ["frame_type": .string("PRECEDING"), "frame_value": Self(amount)])
        case .following(let amount):
            self = .node("WindowFrameExpr", ["frame_type": .string("FOLLOWING"), "frame_value": Self(amount)])
        }
    }

    static func order(_ items: [OrderItem]) -> NormalForm? {
        guard !items.isEmpty else { return nil }
        return .list(
            items.map { item in
                .node(
                    "OrderExpr",
                    [
                        "expr": Self(item.expression), "order": .string(item.descending ? "DESC" : "ASC"),
                        "with_fill": item.fill.map { fill in
                            .node(
                                "WithFillExpr",
                                [
                                    "from_value": fill.from.map(Self.init), "to_value": fill.to.map(Self.init),
                                    "step_value": fill.step.map(Self.init),
                                ])
                        },
                    ])
            })
    }

    init(_ selection: ColumnSelection) {
        switch selection.kind {
        case .all(let path) where selection.excluding.isEmpty: self = .field(path.map(\.name) + ["*"])
        case .all:
            let excluded = selection.excluding.map { NormalForm.string($0.map(\.name).joined(separator: ".")) }
            self = .node("ColumnsExpr", ["all_columns": .flag(true), "exclude": .list(excluded)])
        case .matching(let pattern): self = .node("ColumnsExpr", ["regex": .string(pattern)])
        case .listed(let columns): self = .node("ColumnsExpr", ["columns": .listed(columns)])
        }
    }

    /// PostHog keeps a type as text in lower case.
    static func name(of type: TypeName) -> String {
        let name = type.name.name.lowercased()
        guard let arguments = type.arguments else { return name }
        let written = arguments.map { argument in
            switch argument {
            case .type(let inner): Self.name(of: inner)
            case .named(let name, let inner): "\(name.name.lowercased()) \(Self.name(of: inner))"
            case .expression(let expression): QueryPrinter.text(of: expression)
            }
        }
        return "\(name)(\(written.joined(separator: ", ")))"
    }
}
