extension Parser {
    /// After `[`.
    mutating func bracketClass(start: Int) throws(PatternError) -> Fragment {
        let negated = take("^")
        var items = ClassItems()
        // In RE2 a ']' that comes first is a member; in ECMA-262 it ends the empty class.
        var isFirst = !isECMA
        while let scalar = next, isFirst || scalar != "]" {
            isFirst = false
            let memberStart = index
            let low = try classMember(start: start)
            guard next == "-", let after = peek(1), after != "]" else {
                add(low, to: &items)
                continue
            }
            guard case .scalar(let first) = low else {
                if isECMA { throw syntax("a range needs a character on both sides", at: memberStart) }
                add(low, to: &items)
                continue
            }
            index += 1
            guard case .scalar(let last) = try classMember(start: start) else {
                throw syntax("a range needs a character on both sides", at: memberStart)
            }
            guard first <= last else { throw syntax("a range that ends before it begins", at: memberStart) }
            items.ranges.append(first...last)
        }
        guard take("]") else { throw syntax("a '[' without its ']'", at: start) }
        return set(items, negated: negated)
    }

    private func add(_ member: Escape, to items: inout ClassItems) {
        switch member {
        case .scalar(let value): items.add(value)
        case .items(let others): items.add(others)
        case .assertion: break
        }
    }

    private mutating func classMember(start: Int) throws(PatternError) -> Escape {
        guard let scalar = next else { throw syntax("a '[' without its ']'", at: start) }
        let memberStart = index
        if !isECMA, scalar == "[", peek(1) == ":", let items = try posixClass() { return .items(items) }
        index += 1
        return scalar == "\\" ? try escapeValue(start: memberStart, inClass: true) : .scalar(scalar.value)
    }

    /// `[:name:]` or `[:^name:]`; `nil`, and nothing read, where no `:]` follows.
    private mutating func posixClass() throws(PatternError) -> ClassItems? {
        let start = index
        var end = index + 2
        while end < scalars.count, scalars[end].isASCII, scalars[end].properties.isAlphabetic || scalars[end] == "^" {
            end += 1
        }
        guard end + 1 < scalars.count, scalars[end] == ":", scalars[end + 1] == "]" else { return nil }
        var name = scalars[(index + 2)..<end]
        let negated = name.first == "^"
        if negated { name = name.dropFirst() }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: name)
        guard let items = ClassItems.posix(String(text)) else {
            throw syntax("[:\(String(text)):] is none of \(ClassItems.posixNames.joined(separator: ", "))", at: start)
        }
        index = end + 2
        return negated ? items.complement : items
    }
}
