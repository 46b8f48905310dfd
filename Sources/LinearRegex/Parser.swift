/// Reads a pattern into a tree. Bounds: `maxPatternScalars`, `maxNesting`, and the compiled size, which is known of
/// each piece as soon as it is read.
struct Parser {
    /// Groups inside each other.
    static let maxNesting = 250
    static let maxPatternScalars = 32_768

    let scalars: [Unicode.Scalar]
    let dialect: LinearRegex.Dialect
    var index = 0
    var flags: Flags
    /// Inside RE2's `\Q…\E`.
    var isQuoting = false
    var classes: [ScalarClass] = []
    var groupCount = 0
    var groupNames: [String: Int] = [:]

    init(_ pattern: String, dialect: LinearRegex.Dialect) throws(PatternError) {
        scalars = Array(pattern.unicodeScalars)
        self.dialect = dialect
        flags = dialect == .clickHouse ? .dotMatchesNewline : []
        if scalars.count > Parser.maxPatternScalars {
            throw PatternError(
                kind: .tooLarge, reason: "the pattern is longer than \(Parser.maxPatternScalars) characters",
                offset: Parser.maxPatternScalars)
        }
    }

    mutating func pattern() throws(PatternError) -> Fragment {
        let fragment = try alternatives(depth: 0)
        guard index == scalars.count else { throw syntax("a ')' without its '('", at: index) }
        return fragment
    }

    // MARK: The text

    var isECMA: Bool { dialect == .ecmaScript }
    var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    func peek(_ distance: Int) -> Unicode.Scalar? {
        index + distance < scalars.count ? scalars[index + distance] : nil
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        index += 1
        return true
    }

    func syntax(_ reason: String, at offset: Int) -> PatternError {
        PatternError(kind: .syntax, reason: reason, offset: offset)
    }

    func unsupported(_ reason: String, at offset: Int) -> PatternError {
        PatternError(kind: .unsupported, reason: reason, offset: offset)
    }

    // MARK: The tree

    mutating func alternatives(depth: Int) throws(PatternError) -> Fragment {
        var branches = [try sequence(depth: depth)]
        var (size, nullable) = (branches[0].size, branches[0].nullable)
        while take("|") {
            let start = index
            let branch = try sequence(depth: depth)
            size = try bounded(size + branch.size + 2, at: start)
            nullable = nullable || branch.nullable
            branches.append(branch)
        }
        if branches.count == 1 { return branches[0] }
        return Fragment(node: .alternatives(branches.map(\.node)), size: size, nullable: nullable)
    }

    private mutating func sequence(depth: Int) throws(PatternError) -> Fragment {
        var nodes: [Node] = []
        var (size, nullable) = (0, true)
        while true {
            skipQuoteMarks()
            guard let scalar = next, isQuoting || (scalar != "|" && scalar != ")") else { break }
            let start = index
            let fragment = try term(depth: depth)
            size = try bounded(size + fragment.size, at: start)
            nullable = nullable && fragment.nullable
            if case .empty = fragment.node { continue }
            nodes.append(fragment.node)
        }
        if nodes.count == 1 { return Fragment(node: nodes[0], size: size, nullable: nullable) }
        return nodes.isEmpty ? .empty : Fragment(node: .sequence(nodes), size: size, nullable: nullable)
    }

    private mutating func skipQuoteMarks() {
        guard !isECMA else { return }
        while next == "\\", peek(1) == (isQuoting ? "E" : "Q") {
            isQuoting.toggle()
            index += 2
        }
    }

    func bounded(_ size: Int, at offset: Int) throws(PatternError) -> Int {
        guard size <= Program.maxInstructions else {
            throw PatternError(
                kind: .tooLarge,
                reason: "the pattern is too large: written out, its repetitions need more than "
                    + "\(Program.maxInstructions) instructions",
                offset: offset)
        }
        return size
    }

    private mutating func term(depth: Int) throws(PatternError) -> Fragment {
        let start = index
        var fragment: Fragment
        if isQuoting, let scalar = next {
            index += 1
            fragment = literal(scalar.value)
            if next == "\\", peek(1) == "E" { skipQuoteMarks() }
            if isQuoting { return fragment }
        } else {
            fragment = try atom(depth: depth)
        }
        guard let bounds = try quantifier() else { return fragment }
        if isECMA, case .assertion = fragment.node { throw syntax("nothing to repeat", at: index - 1) }
        fragment = try repeated(fragment, bounds, at: start)
        if try quantifier() != nil {
            throw syntax("a repetition of a repetition; put the inner one in (?:…)", at: index - 1)
        }
        return fragment
    }

    func literal(_ scalar: UInt32) -> Fragment {
        if flags.contains(.foldsCase), !CaseFolding.variants(of: scalar).isEmpty {
            return Fragment(node: .foldedScalar(CaseFolding.fold(scalar)), size: 1, nullable: false)
        }
        return Fragment(node: .scalar(scalar), size: 1, nullable: false)
    }

    func assertion(_ assertion: Assertion) -> Fragment {
        Fragment(node: .assertion(assertion), size: 1, nullable: true)
    }

    mutating func set(_ items: ClassItems, negated: Bool = false) -> Fragment {
        classes.append(ScalarClass(items, negated: negated, foldsCase: flags.contains(.foldsCase)))
        return Fragment(node: .set(classes.count - 1), size: 1, nullable: false)
    }

    private mutating func atom(depth: Int) throws(PatternError) -> Fragment {
        guard let scalar = next else { return .empty }
        let start = index
        index += 1
        switch scalar {
        case "(": return try group(start: start, depth: depth)
        case "[": return try bracketClass(start: start)
        case "\\": return try escape(start: start)
        case "^": return assertion(flags.contains(.multiline) ? .lineStart : .textStart)
        case "$": return assertion(flags.contains(.multiline) ? .lineEnd : .textEnd)
        case ".":
            if isECMA { return set(.ecmaLineTerminators, negated: true) }
            return flags.contains(.dotMatchesNewline) ? set(.all) : set(.lineFeed, negated: true)
        case "*", "+", "?": throw syntax("'\(scalar)' has nothing to repeat", at: start)
        case "{" where isECMA, "}" where isECMA, "]" where isECMA:
            throw syntax("a lone '\(scalar)'; write \\\(scalar) for the character itself", at: start)
        default: return literal(scalar.value)
        }
    }
}
