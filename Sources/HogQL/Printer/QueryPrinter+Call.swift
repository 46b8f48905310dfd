extension QueryPrinter {
    mutating func writeArguments(_ arguments: [QueryExpression]) {
        write("(")
        write(arguments)
        write(")")
    }

    /// What is called as a value: a lone name would be a function's.
    mutating func writeCallee(_ base: QueryExpression) {
        switch base.kind {
        case .field(let names) where names.count > 1: write(base)
        case .callValue, .arrayAccess, .member, .tupleAccess, .slice, .placeholder: write(base)
        case .constant(let constant) where constant.isCallable: write(base)
        case .call(let call) where call.parameters != nil && call.withinGroup.isEmpty: write(base)
        default:
            write("(")
            write(base)
            write(")")
        }
    }

    mutating func write(function name: Identifier) {
        if isForNames || Keyword(ArraySlice(name.name.utf8))?.isSafeFunctionName == true {
            write(name.name)
        } else {
            write(name)
        }
    }

    mutating func write(_ call: FunctionCall) {
        write(function: call.name)
        if let parameters = call.parameters { writeArguments(parameters) }
        if !call.withinGroup.isEmpty {
            write(" WITHIN GROUP (ORDER BY ")
            write(call.withinGroup)
            return write(")")
        }
        write("(")
        if call.distinct { write(call.arguments.isEmpty ? "DISTINCT" : "DISTINCT ") }
        write(call.arguments)
        if !call.orderBy.isEmpty {
            write(call.arguments.isEmpty ? "ORDER BY " : " ORDER BY ")
            write(call.orderBy)
        }
        write(")")
        if let filter = call.filter {
            write(" FILTER (WHERE ")
            write(filter)
            write(")")
        }
    }

    mutating func write(_ call: WindowCall) {
        write(function: call.name)
        if let parameters = call.parameters { writeArguments(parameters) }
        writeArguments(call.arguments)
        write(" OVER ")
        switch call.over {
        case .named(let name): write(name)
        case .inline(let definition): write(definition)
        }
    }

    mutating func write(_ window: WindowDefinition) {
        var parts: [String] = []
        if !window.partitionBy.isEmpty {
            parts.append("PARTITION BY " + joined(window.partitionBy))
        }
        if !window.orderBy.isEmpty {
            var printer = another
            printer.write(window.orderBy)
            parts.append("ORDER BY " + printer.text)
        }
        if let frame = window.frame {
            var text = frame.unit.rawValue
            if let end = frame.end {
                text += " BETWEEN \(bound(frame.start)) AND \(bound(end))"
            } else {
                text += " \(bound(frame.start))"
            }
            parts.append(text)
        }
        write("(\(parts.joined(separator: " ")))")
    }

    private func joined(_ expressions: [QueryExpression]) -> String {
        var printer = another
        printer.write(expressions)
        return printer.text
    }

    private func bound(_ bound: WindowFrame.Bound) -> String {
        func amount(_ expression: QueryExpression) -> String {
            var printer = another
            printer.write(expression, .between)
            return printer.text
        }
        switch bound {
        case .currentRow: return "CURRENT ROW"
        case .unboundedPreceding: return "UNBOUNDED PRECEDING"
        case .unboundedFollowing: return "UNBOUNDED FOLLOWING"
        case .preceding(let expression): return "\(amount(expression)) PRECEDING"
        case .following(let expression): return "\(amount(expression)) FOLLOWING"
        }
    }

    mutating func write(_ items: [OrderItem]) {
        separated(items) { printer, item in
            printer.write(item.expression)
            if item.descending { printer.write(" DESC") } else if printer.isForNames { printer.write(" ASC") }
            guard let fill = item.fill else { return }
            printer.write(" WITH FILL")
            for (word, value) in [("FROM", fill.from), ("TO", fill.to), ("STEP", fill.step)] {
                guard let value else { continue }
                printer.write(" \(word) ")
                printer.write(value, .or)
            }
        }
    }

    mutating func write(_ type: TypeName) {
        let words = type.name.name.split(separator: " ", omittingEmptySubsequences: false)
        let isPlain = words.allSatisfy { word in
            let bytes = Array(word.utf8)
            return !bytes.isEmpty && !isDigit(bytes[0]) && bytes.allSatisfy(isWordByte)
                && Keyword(bytes[...])?.isReserved != true
        }
        // Several words take no arguments.
        write(isPlain && (words.count == 1 || type.arguments == nil) ? type.name.name : backticked(type.name.name))
        guard let arguments = type.arguments else { return }
        write("(")
        separated(arguments) { printer, argument in
            switch argument {
            case .type(let type): printer.write(type)
            case .named(let name, let type):
                printer.write(name)
                printer.write(" ")
                printer.write(type)
            case .expression(let expression): printer.write(expression)
            }
        }
        write(")")
    }

    private func backticked(_ name: String) -> String {
        String(
            decoding: [0x60] + name.utf8.flatMap { $0 == 0x60 || $0 == 0x5C ? [$0, $0] : [$0] } + [0x60], as: UTF8.self)
    }
}
