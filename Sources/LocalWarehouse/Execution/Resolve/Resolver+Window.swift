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
            if item.fill != nil { throw refuse(.withFill, item.expression.range) }
            for part in try sortKeys(key, item.expression.range) {
                order.append(.init(key: part, descending: item.descending))
            }
        }
        var parameters: [Node] = []
        for parameter in call.parameters ?? [] { parameters.append(try expr(parameter, scope)) }
        let frame = try WindowFrameText(definition.frame, order: order.map(\.key), self, range)
        let window = WindowBinding(
            name: name, arguments: arguments, parameters: parameters, partition: partition, order: order, frame: frame,
            resolver: self, range: range)
        return try window.bind()
    }
}
