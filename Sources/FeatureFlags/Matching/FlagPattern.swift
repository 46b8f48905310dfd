internal import AirlockCore
internal import LinearRegex

/// A regular expression of a filter: the syntax that PostHog's flags service (Rust) and an SDK agree on.
enum FlagPattern {
    enum Failure: Error {
        /// No regular expression at all: neither `regex` nor `not_regex` matches then.
        case invalid
        /// Only the flags service can say.
        case unsupported
    }

    /// Steps of the engine that one match may take.
    private static let maxSteps = 2_000_000

    /// - Parameter isLenient: takes what SDKs leave to the server, as far as a linear-time engine can.
    static func matches(_ pattern: String, _ text: String, isLenient: Bool) throws(Failure) -> Bool {
        if pattern.isEmpty { return true }
        let regex = try compiled(pattern, isLenient: isLenient)
        if !isLenient { try checkText(text, pattern) }
        var steps = maxSteps
        guard let found = regex.contains(text, stepsLeft: &steps) else { throw .unsupported }
        return found
    }

    /// Reads a pattern without matching anything.
    static func check(_ pattern: String, isLenient: Bool) throws(Failure) {
        if !pattern.isEmpty { _ = try compiled(pattern, isLenient: isLenient) }
    }

    private static func compiled(_ pattern: String, isLenient: Bool) throws(Failure) -> LinearRegex {
        var scan = SharedSyntax(pattern)
        if isLenient { scan.isStrict = false }
        let translated = try scan.translated()
        do throws(PatternError) {
            return try LinearRegex(translated, dialect: .re2)
        } catch {
            throw error.kind == .syntax ? .invalid : .unsupported
        }
    }

    /// Texts on which the classes of the engines differ.
    private static func checkText(_ text: String, _ pattern: String) throws(Failure) {
        let usesWords = pattern.contains("\\w") || pattern.contains("\\W")
        let usesSpaces = pattern.contains("\\s") || pattern.contains("\\S")
        for scalar in text.unicodeScalars {
            if usesSpaces, (0x1C...0x1F).contains(scalar.value) { throw .unsupported }
            if usesWords, !scalar.isASCII, !isLetterOrDigit(scalar) { throw .unsupported }
        }
        let repeats = pattern.contains { "*+?{|".contains($0) }
        if repeats, pattern.contains("$"), text.utf8.last == 0x0A { throw .unsupported }
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
        default: false
        }
    }
}

/// Goes through a pattern, refuses what the engines read differently, and writes `\d`, `\s` and `\w` out as Unicode
/// classes, which they are in Rust.
private struct SharedSyntax {
    var isStrict = true
    private let pattern: [Unicode.Scalar]
    private var index = 0
    private var result = String.UnicodeScalarView()
    private var classStart: Int?
    /// What stood before: a scalar, or a word for what several make up.
    private var previous: Before = .start
    private var groupRepeats: [Bool] = []
    private var closedGroupRepeats = false

    private enum Before: Equatable {
        case start, literal, quantifier, emptyGroup
        case scalar(Unicode.Scalar)
    }

    init(_ pattern: String) { self.pattern = Array(pattern.unicodeScalars) }

    mutating func translated() throws(FlagPattern.Failure) -> String {
        while index < pattern.count {
            let scalar = pattern[index]
            if classStart == nil { try noteGroup(scalar) }
            try translate(scalar)
            index += 1
        }
        return String(result)
    }

    private func at(_ offset: Int) -> Unicode.Scalar? {
        pattern.indices.contains(index + offset) ? pattern[index + offset] : nil
    }

    private func refuse() throws(FlagPattern.Failure) { if isStrict { throw .unsupported } }

    private mutating func noteGroup(_ scalar: Unicode.Scalar) throws(FlagPattern.Failure) {
        switch scalar {
        case "(": groupRepeats.append(false)
        case ")":
            closedGroupRepeats = groupRepeats.popLast() ?? false
            if let last = groupRepeats.indices.last { groupRepeats[last] = groupRepeats[last] || closedGroupRepeats }
        case "*", "+", "?", "{":
            if previous == .scalar(")"), closedGroupRepeats { try refuse() }
            if let last = groupRepeats.indices.last { groupRepeats[last] = true }
        default: break
        }
    }

    private mutating func translate(_ scalar: Unicode.Scalar) throws(FlagPattern.Failure) {
        if scalar == "\\" {
            try translateEscape()
        } else if scalar == "[" {
            if classStart != nil { try refuse() }
            classStart = classStart ?? index
            result.append(scalar)
        } else if scalar == "]", let start = classStart {
            let content = start + (pattern.indices.contains(start + 1) && pattern[start + 1] == "^" ? 2 : 1)
            if index == content { try refuse() }
            classStart = nil
            previous = .literal
            result.append(scalar)
        } else if classStart != nil {
            try checkInsideClass(scalar)
            result.append(scalar)
        } else {
            try translateOutside(scalar)
        }
    }

    private mutating func translateEscape() throws(FlagPattern.Failure) {
        index += 1
        guard index < pattern.count else { throw .invalid }
        let escaped = pattern[index]
        let isInside = classStart != nil
        previous = .literal
        if let name = Self.classes[escaped] {
            result.append(contentsOf: (isInside ? name : "[\(name)]").unicodeScalars)
            return
        }
        if let name = Self.negated[escaped] {
            // A negated class inside of a class has no form of its own.
            if isInside { throw .unsupported }
            result.append(contentsOf: "[^\(name)]".unicodeScalars)
            return
        }
        if escaped == "x" {
            guard let high = at(1), let low = at(2), high.properties.isASCIIHexDigit, low.properties.isASCIIHexDigit
            else { return try passOn(escaped) }
            result.append(contentsOf: "\\x\(high)\(low)".unicodeScalars)
            index += 2
            return
        }
        if "bB<>".unicodeScalars.contains(escaped) {
            // In a class RE2 has no \b.
            if isInside { throw .unsupported }
            return try passOn(escaped)
        }
        let isLetter = ("a"..."z").contains(escaped) || ("A"..."Z").contains(escaped)
        let isDigit = ("0"..."9").contains(escaped)
        if "fnrt".unicodeScalars.contains(escaped) {
            result.append(contentsOf: "\\\(escaped)".unicodeScalars)
        } else if isLetter || isDigit || !(0x20...0x7E).contains(escaped.value) {
            try passOn(escaped)
        } else if isInside, !"\\-[]^.$*+?(){}|".unicodeScalars.contains(escaped) {
            try passOn(escaped)
        } else {
            result.append(contentsOf: "\\\(escaped)".unicodeScalars)
        }
    }

    /// Leaves an escape as it is, where only the engine decides.
    private mutating func passOn(_ escaped: Unicode.Scalar) throws(FlagPattern.Failure) {
        try refuse()
        result.append(contentsOf: "\\\(escaped)".unicodeScalars)
    }

    private static let classes: [Unicode.Scalar: String] = [
        "d": "\\p{Nd}", "w": "\\p{L}\\p{Nd}_", "s": "\\t\\n\\x0B\\f\\r \\x{85}\\p{Z}",
    ]
    private static let negated: [Unicode.Scalar: String] = [
        "D": "\\p{Nd}", "W": "\\p{L}\\p{Nd}_", "S": "\\t\\n\\x0B\\f\\r \\x{85}\\p{Z}",
    ]

    private func checkInsideClass(_ scalar: Unicode.Scalar) throws(FlagPattern.Failure) {
        let next = at(1)
        if scalar == next, "&-~".unicodeScalars.contains(scalar) { try refuse() }
        guard scalar == "-", let next, next != "]" else { return }
        let shorthand = "dDsSwW".unicodeScalars
        let followed = next == "\\" && at(2).map { shorthand.contains($0) } ?? false
        let preceded = at(-2) == "\\" && at(-1).map { shorthand.contains($0) } ?? false
        if followed || preceded { throw .unsupported }
    }

    private mutating func translateOutside(_ scalar: Unicode.Scalar) throws(FlagPattern.Failure) {
        if scalar == "(", at(1) == "?" {
            if at(2) == ":" {
                result.append(contentsOf: "(?:".unicodeScalars)
                index += 2
                previous = .scalar("(")
            } else {
                try refuse()
                result.append(scalar)
                previous = .scalar("(")
            }
        } else if scalar == "{" {
            try translateRepetition()
        } else {
            try translateLiteral(scalar)
        }
    }

    private mutating func translateRepetition() throws(FlagPattern.Failure) {
        let tail = pattern[index...]
        guard let end = tail.firstIndex(of: "}") else {
            try refuse()
            result.append("{")
            return
        }
        let inner = pattern[(index + 1)..<end]
        let parts = inner.split(separator: ",", omittingEmptySubsequences: false)
        let isCount =
            (1...2).contains(parts.count) && !parts[0].isEmpty
            && parts.allSatisfy { $0.allSatisfy { ("0"..."9").contains($0) } && $0.count <= 10 }
        let cannotRepeat: [Before] = [
            .start, .scalar("|"), .scalar("("), .scalar("^"), .scalar("$"), .emptyGroup, .quantifier,
        ]
        if !isCount || cannotRepeat.contains(previous) { try refuse() }
        result.append(contentsOf: pattern[index...end])
        index = end
        if at(1) == "+" || at(1) == "{" { try refuse() }
        previous = .quantifier
    }

    private mutating func translateLiteral(_ scalar: Unicode.Scalar) throws(FlagPattern.Failure) {
        if "*+?".unicodeScalars.contains(scalar) {
            let cannotRepeat = [Before.scalar("^"), .scalar("$"), .emptyGroup].contains(previous)
            if cannotRepeat || at(1) == "+" || at(1) == "{" { try refuse() }
            previous = .quantifier
        } else {
            let isEmpty = scalar == ")" && (previous == .scalar("(") || previous == .emptyGroup)
            previous = isEmpty ? .emptyGroup : .scalar(scalar)
        }
        result.append(scalar)
    }
}
