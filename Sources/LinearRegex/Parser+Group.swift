extension Parser {
    static let maxGroups = 500

    /// After `(`.
    mutating func group(start: Int, depth: Int) throws(PatternError) -> Fragment {
        guard depth < Parser.maxNesting else {
            throw PatternError(
                kind: .tooLarge, reason: "more than \(Parser.maxNesting) groups inside each other", offset: start)
        }
        let outer = flags
        var number: Int?
        if take("?") {
            switch try groupKind(start: start) {
            case .plain: break
            case .capture(let name): number = try newGroup(named: name, at: start)
            case .flagsOnly(let changed):
                // They hold to the end of the group around, which puts the old ones back.
                flags = changed
                return .empty
            }
        } else {
            number = try newGroup(named: nil, at: start)
        }
        let body = try alternatives(depth: depth + 1)
        guard take(")") else { throw syntax("a '(' without its ')'", at: start) }
        flags = outer
        guard let number else { return body }
        return Fragment(
            node: .group(body.node, index: number), size: try bounded(body.size + 2, at: start),
            nullable: body.nullable)
    }

    private mutating func newGroup(named name: String?, at offset: Int) throws(PatternError) -> Int {
        guard groupCount < Parser.maxGroups else {
            throw PatternError(kind: .tooLarge, reason: "more than \(Parser.maxGroups) groups", offset: offset)
        }
        groupCount += 1
        guard let name else { return groupCount }
        if groupNames.updateValue(groupCount, forKey: name) != nil {
            throw syntax("two groups named '\(name)'", at: offset)
        }
        return groupCount
    }

    private enum GroupKind {
        case plain
        case capture(name: String)
        case flagsOnly(Flags)
    }

    /// After `(?`.
    private mutating func groupKind(start: Int) throws(PatternError) -> GroupKind {
        if take(":") { return .plain }
        switch (next, peek(1)) {
        case ("=", _), ("!", _):
            throw unsupported("look-ahead is not supported: patterns run in linear time, which rules it out", at: start)
        case ("<", "="), ("<", "!"):
            throw unsupported(
                "look-behind is not supported: patterns run in linear time, which rules it out", at: start)
        case ("P", "="):
            throw unsupported(
                "a back-reference is not supported: patterns run in linear time, which rules it out", at: start)
        case (">", _):
            throw unsupported("an atomic group is not supported: nothing here ever backtracks; use (?:…)", at: start)
        case ("<", _):
            index += 1
            return .capture(name: try groupName(start: start))
        case ("P", "<") where !isECMA:
            index += 2
            return .capture(name: try groupName(start: start))
        default: break
        }
        if isECMA { throw syntax("an unknown kind of group; flags inside a pattern are not supported", at: start) }
        return try flagGroup(start: start)
    }

    /// After `<`: a name and `>`.
    mutating func groupName(start: Int) throws(PatternError) -> String {
        var name = String.UnicodeScalarView()
        while let scalar = next, scalar != ">" {
            let properties = scalar.properties
            let fits =
                isECMA
                ? scalar == "$" || scalar == "_" || (name.isEmpty ? properties.isIDStart : properties.isIDContinue)
                : scalar.isASCII && (scalar == "_" || properties.isIDContinue)
            guard fits else { throw syntax("a character that a group's name cannot hold", at: index) }
            name.append(scalar)
            index += 1
        }
        guard take(">"), !name.isEmpty else { throw syntax("a group's name that is empty or does not end", at: start) }
        return String(name)
    }

    /// After `(?`: flags and `:` or `)`.
    private mutating func flagGroup(start: Int) throws(PatternError) -> GroupKind {
        var (changed, setting, seen) = (flags, true, false)
        while let scalar = next {
            index += 1
            let flag: Flags
            switch scalar {
            case "i": flag = .foldsCase
            case "m": flag = .multiline
            case "s": flag = .dotMatchesNewline
            case "U": flag = .ungreedy
            case "-" where setting:
                (setting, seen) = (false, false)
                continue
            case ":" where seen:
                flags = changed
                return .plain
            case ")" where seen: return .flagsOnly(changed)
            default: throw syntax("an unknown kind of group or flag", at: start)
            }
            if setting { changed.insert(flag) } else { changed.remove(flag) }
            seen = true
        }
        throw syntax("a '(' without its ')'", at: start)
    }
}
