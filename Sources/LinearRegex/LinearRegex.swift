/// A regular expression whose matching takes time linear in the text, whatever the pattern: all ways through the
/// pattern are followed at once, none is ever tried again.
///
/// Back-references and look-around, which rule that out, are refused when the pattern is read. A pattern's size is
/// bounded too: 32,768 characters, 250 groups inside each other, 500 groups, and 20,000 instructions once its counted
/// repetitions are written out.
public struct LinearRegex: Sendable {
    public let pattern: String
    public let dialect: Dialect
    /// The groups that capture, by name.
    public let groupNames: [String: Int]
    let program: Program
    let literal: Literal?

    /// Reads a pattern.
    ///
    /// - Throws: ``PatternError`` with the offset of what is wrong, not supported, or too large.
    public init(_ pattern: String, dialect: Dialect = .ecmaScript) throws(PatternError) {
        var parser = try Parser(pattern, dialect: dialect)
        let fragment = try parser.pattern()
        self.pattern = pattern
        self.dialect = dialect
        groupNames = parser.groupNames
        program = Compiler.compile(fragment, classes: parser.classes, groups: parser.groupCount)
        literal = Literal(fragment.node)
        guard program.instructions.count * program.slots <= Program.maxCaptureCells else {
            throw PatternError(
                kind: .tooLarge, reason: "too many groups for a pattern of this size; make some of them (?:…)",
                offset: 0)
        }
    }

    /// The groups that capture; the whole match is not counted.
    public var captureCount: Int { program.slots / 2 - 1 }

    /// What the pattern takes once its counted repetitions are written out: matching costs at most this for each
    /// character of a text.
    public var instructionCount: Int { program.instructions.count }

    /// Whether the pattern matches anywhere in the text.
    public func contains(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { contains(utf8: $0) }
    }

    /// Whether the pattern matches anywhere in UTF-8 text. Bytes that are not UTF-8 count as U+FFFD.
    public func contains(utf8: UnsafeBufferPointer<UInt8>) -> Bool {
        var steps = Int.max
        return contains(utf8: utf8, stepsLeft: &steps) ?? false
    }

    /// As ``contains(_:)``, within a budget.
    ///
    /// - Parameter stepsLeft: the instructions that may be visited; those that were are taken off.
    /// - Returns: `nil` when the budget was spent before the answer was known.
    public func contains(_ text: String, stepsLeft: inout Int) -> Bool? {
        var text = text
        return text.withUTF8 { contains(utf8: $0, stepsLeft: &stepsLeft) }
    }

    func contains(utf8: UnsafeBufferPointer<UInt8>, stepsLeft: inout Int) -> Bool? {
        let text = UTF8Text(bytes: utf8)
        if let literal {
            stepsLeft -= literal.atStart || literal.atEnd ? literal.bytes.count : utf8.count
            return literal.first(in: text, from: 0) != nil
        }
        return program.withMachine(over: text) { machine in
            let answer = machine.contains(from: 0, stepLimit: stepsLeft)
            stepsLeft -= machine.steps
            return answer
        }
    }
}
