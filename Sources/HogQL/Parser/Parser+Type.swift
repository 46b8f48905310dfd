extension Parser {
    /// The type in `CAST(x AS …)`.
    mutating func typeName() throws(SyntaxFailure) -> TypeName {
        try descend()
        defer { depth -= 1 }
        var type = TypeName(name: try identifier("a type"))
        if at(.leftParenthesis) {
            advance()
            type.arguments = try typeArguments()
            try expect(.rightParenthesis, "',' or ')' in the type")
        } else {
            // TIMESTAMP WITH TIME ZONE
            while token.isName, type.name.name.utf8.count < 200 {
                type.name.name += " " + name(advance()).name
            }
        }
        if at(.leftBracket) {
            throw refuse("T[] is not supported as a type", at: token, hint: "Write Array(T).")
        }
        type.name.range = SourceRange(type.name.range.lower, lastUpper)
        return type
    }

    private mutating func typeArguments() throws(SyntaxFailure) -> [TypeName.Argument] {
        var arguments: [TypeName.Argument] = []
        while !at(.rightParenthesis) {
            if token.isName, peek().kind != .arrow {
                if peek().isName {
                    let name = name(advance())
                    arguments.append(.named(name, try typeName()))
                } else {
                    arguments.append(.type(try typeName()))
                }
            } else if at(.string), peek().kind == .equal {
                throw refuse(
                    "enumerations are not supported as a type", at: token, hint: "Cast to String.")
            } else {
                arguments.append(.expression(try enclosed()))
            }
            guard take(.comma) else { break }
        }
        return arguments
    }

    /// The type after `::`, which takes no arguments.
    mutating func castType() throws(SyntaxFailure) -> TypeName {
        guard token.kind == .quotedName || (token.kind == .word && token.writtenKeyword?.isCastType ?? true) else {
            throw unexpected("a type after '::'", hint: "Other types are written CAST(x AS T).")
        }
        var name = name(advance())
        if at(.with), peek().keyword == .time || (peek().keyword == .local && peek(2).keyword == .time) {
            let local = peek().keyword == .local
            guard peek(local ? 3 : 2).keyword == .zone else { throw unexpected("WITH TIME ZONE") }
            index += local ? 4 : 3
            name.name += local ? " with local time zone" : " with time zone"
            name.range = SourceRange(name.range.lower, lastUpper)
        }
        return TypeName(name: name)
    }
}
