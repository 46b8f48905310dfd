extension Parser {
    /// After `\p` or `\P`.
    mutating func property(negated: Bool, start: Int) throws(PatternError) -> ClassItems {
        var negated = negated
        var name = String.UnicodeScalarView()
        if take("{") {
            if !isECMA, take("^") { negated.toggle() }
            while let scalar = next, scalar != "}" {
                name.append(scalar)
                index += 1
            }
            guard take("}") else { throw syntax("a '\\p{' without its '}'", at: start) }
        } else if !isECMA, let letter = next {
            name.append(letter)
            index += 1
        } else {
            throw syntax("\\p needs a property in braces, as in \\p{L}", at: start)
        }
        guard let items = isECMA ? ecmaProperty(String(name), negated) : re2Property(String(name), negated) else {
            throw unsupported(
                "the Unicode property '\(String(name.prefix(40)))' is unknown or not supported", at: start)
        }
        return items
    }

    private func ecmaProperty(_ name: String, _ negated: Bool) -> ClassItems? {
        let parts = name.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2 {
            switch parts[0] {
            case "General_Category", "gc":
                return GeneralCategories(name: parts[1]).map { items(.category($0), negated) }
            case "Script", "sc": return script(parts[1], negated)
            default: return nil
            }
        }
        if let categories = GeneralCategories(name: name) { return items(.category(categories), negated) }
        switch name {
        case "Any": return negated ? ClassItems() : .all
        case "ASCII": return negated ? ClassItems(ranges: [0x80...0x10FFFF]) : ClassItems(ranges: [0...0x7F])
        case "Assigned": return items(.category(.unassigned), !negated)
        default: return PropertyTest.Property.binary(named: name).map { items($0, negated) }
        }
    }

    private func re2Property(_ name: String, _ negated: Bool) -> ClassItems? {
        if name == "Any" { return negated ? ClassItems() : .all }
        if let categories = GeneralCategories(shortName: name) { return items(.category(categories), negated) }
        return script(name, negated)
    }

    private func items(_ property: PropertyTest.Property, _ negated: Bool) -> ClassItems {
        ClassItems(tests: [PropertyTest(property: property, negated: negated)])
    }

    private func script(_ name: String, _ negated: Bool) -> ClassItems? {
        guard let ranges = Scripts.ranges(of: name) else { return nil }
        let items = ClassItems(ranges: ranges)
        return negated ? items.complement : items
    }
}
