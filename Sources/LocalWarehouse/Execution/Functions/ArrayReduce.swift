internal import AirlockCore

/// `arrayReduce('aggregate', arrays…)`: an aggregate function over the elements of arrays.
enum ArrayReduce {
    static let all: [String: FunctionBinding.Bind] = ["arrayReduce": reduce]

    private static let reduce: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, .max)
        let text = try call.constantText(0)
        let name = String(text.prefix { $0 != "(" })
        guard let parameters = parameters(text.dropFirst(name.count)) else {
            throw call.fail("cannot read the aggregate '\(text)'", hint: "Write it as 'quantile(0.9)'.")
        }
        guard let found = AggregateCatalog.find(name), let bind = AggregateCatalog.all[found.base] else {
            throw call.unsupported("the aggregate '\(name)' in arrayReduce")
        }
        var types: [ClickHouseType] = []
        for index in call.arguments.indices.dropFirst() {
            let element = try call.element(index)
            types.append(element == .nothing ? .nullable(.nothing) : element)
        }
        let isFiltered = found.isFiltered
        if isFiltered {
            guard let condition = types.popLast(), condition.isNumeric else {
                throw call.fail("needs conditions as its last array")
            }
        }
        let binding = AggregateBinding(
            name: name, arguments: [], parameters: parameters, isDistinct: false, filter: nil, resolver: call.resolver,
            range: call.range)
        let inner = try Combinator.inner(
            found.combinators.filter { $0 != .filter }[...], found.base, bind, binding, over: types)
        let arrays = Array(call.arguments.dropFirst())
        let key = "arrayReduce \(text) \(inner.key)"
        return call.call(arrays, inner.type, key: key, mayMakeNaN: inner.type.isFloat) { arrays in
            let columns = arrays.map(\.elements)
            let count = columns.first?.count ?? 0
            guard columns.allSatisfy({ $0.count == count }) else {
                throw ExecutionFault("the arrays of arrayReduce must be equally long")
            }
            let accumulator = inner.make()
            for index in 0..<count {
                var values = columns.map { $0[index] }
                if isFiltered, !(values.popLast()?.isTrue ?? false) { continue }
                try accumulator.add(try inner.row(values))
            }
            return try accumulator.result()
        }
    }

    /// `(0.5, 'x')` as constants; `nil` for anything else.
    private static func parameters(_ text: Substring) -> [Node]? {
        guard !text.isEmpty else { return [] }
        guard text.first == "(", text.last == ")" else { return nil }
        var nodes: [Node] = []
        for part in text.dropFirst().dropLast().split(separator: ",") {
            var word = part.drop { $0 == " " }
            while word.last == " " { word.removeLast() }
            if let whole = Int64(word) {
                nodes.append(.int(whole))
            } else if let number = NumberText.double(word) {
                nodes.append(.constant(.double(number), .float))
            } else if word.count >= 2, word.first == "'", word.last == "'" {
                nodes.append(.string(String(word.dropFirst().dropLast())))
            } else {
                return nil
            }
        }
        return nodes
    }
}
