/// One step of the machine.
struct Instruction: Sendable {
    enum Operation: UInt8, Sendable {
        /// The scalar is `x`.
        case scalar
        /// The scalar folds to `x`.
        case foldedScalar
        /// The scalar is in class `x`.
        case set
        /// Go on at `x`.
        case jump
        /// Go on at `x` and, less gladly, at `y`.
        case split
        /// Note the place in slot `x`.
        case save
        /// Go on if assertion `x` holds here.
        case assert
        case match
    }

    var operation: Operation
    var x: Int32 = 0
    var y: Int32 = 0
}

/// A compiled pattern.
struct Program: Sendable {
    /// Bounds the memory of a program and the time a character can take.
    static let maxInstructions = 20_000
    /// Bounds what matching with captures takes, in memory and for each character: instructions times slots.
    static let maxCaptureCells = 100_000

    var instructions: [Instruction] = []
    var classes: [ScalarClass] = []
    /// Two for the match and each group.
    var slots = 2
    /// Every match begins where the text begins.
    var isAnchored = false
    var firstBytes: FirstBytes?
}

/// The bytes a match can begin with.
struct FirstBytes: Sendable {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var nonASCII = false

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        if byte < 64 { return low & (1 << UInt64(byte)) != 0 }
        if byte < 128 { return high & (1 << UInt64(byte - 64)) != 0 }
        return nonASCII
    }

    mutating func insert(_ byte: UInt8) {
        if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
    }
}
