extension Parser {
    struct Bounds {
        var minimum: Int
        var maximum: Int?
        var greedy: Bool
    }

    /// RE2 refuses larger counts; ECMA-262 has no bound of its own, there the program's size decides.
    static let maxRE2Count = 1000
    /// Any larger count is as good as this one: what it repeats is too large, or may end sooner.
    private static let hugeCount = 1_000_000_000

    mutating func quantifier() throws(PatternError) -> Bounds? {
        var bounds: Bounds
        switch next {
        case "*": bounds = Bounds(minimum: 0, maximum: nil, greedy: true)
        case "+": bounds = Bounds(minimum: 1, maximum: nil, greedy: true)
        case "?": bounds = Bounds(minimum: 0, maximum: 1, greedy: true)
        case "{":
            guard let counted = try countedQuantifier() else { return nil }
            bounds = counted
            index -= 1
        default: return nil
        }
        index += 1
        if take("?") { bounds.greedy = false }
        if flags.contains(.ungreedy) { bounds.greedy.toggle() }
        return bounds
    }

    /// `{n}`, `{n,}` or `{n,m}`, read whole; `nil`, and nothing read, when the brace is a literal.
    private mutating func countedQuantifier() throws(PatternError) -> Bounds? {
        let start = index
        index += 1
        let minimum = count()
        var maximum = minimum
        if minimum != nil, take(",") { maximum = count() }
        guard let minimum, take("}") else {
            index = start
            if isECMA { throw syntax("a lone '{'; write \\{ for the character itself", at: start) }
            return nil
        }
        if let maximum, maximum < minimum {
            throw syntax("a repetition whose maximum is below its minimum", at: start)
        }
        if !isECMA, max(minimum, maximum ?? 0) > Parser.maxRE2Count {
            throw PatternError(
                kind: .tooLarge, reason: "a repetition of more than \(Parser.maxRE2Count)", offset: start)
        }
        return Bounds(minimum: minimum, maximum: maximum, greedy: true)
    }

    private mutating func count() -> Int? {
        var value: Int?
        while let scalar = next, ("0"..."9").contains(scalar) {
            value = min(Parser.hugeCount, (value ?? 0) * 10 + Int(scalar.value - 0x30))
            index += 1
        }
        return value
    }

    func repeated(_ body: Fragment, _ bounds: Bounds, at offset: Int) throws(PatternError) -> Fragment {
        // What compiles to nothing matches nothing but the empty text, however often.
        if body.size == 0 || bounds.maximum == 0 { return .empty }
        // Sizes are at most 20,000 and counts 10⁹, so nothing here overflows.
        let size: Int
        if let maximum = bounds.maximum {
            size = body.size * bounds.minimum + (body.size + 1) * (maximum - bounds.minimum)
        } else {
            size = body.size * max(1, bounds.minimum) + 2
        }
        let repetition = Repetition(
            body: body.node, minimum: bounds.minimum, maximum: bounds.maximum, greedy: bounds.greedy,
            bodyIsNullable: body.nullable)
        return Fragment(
            node: .repetition(repetition), size: try bounded(size, at: offset),
            nullable: body.nullable || bounds.minimum == 0)
    }
}
