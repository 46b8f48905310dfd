/// A reader of what comes from outside, and the rules that hold for any bytes at all.
///
/// libFuzzer drives it with inputs of its own making (`LibFuzzer.swift`), the tests with those that are kept
/// (`ReplayTests.swift`). That nothing traps, hangs or grows goes without saying and is watched by whoever calls.
protocol FuzzTarget {
    /// The name of its folder under `Corpus`.
    static var name: String { get }

    /// Reads `bytes`, and does with them all that can be done.
    static func check(_ bytes: [UInt8]) throws(Complaint)
}

/// The rule that an input broke.
struct Complaint: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// Complains unless a rule holds.
func hold(_ rule: Bool, _ complaint: @autoclosure () -> String) throws(Complaint) {
    if !rule { throw Complaint(complaint()) }
}

/// What `value` is, once the rule holds that it is there.
func present<T>(_ value: T?, _ complaint: @autoclosure () -> String) throws(Complaint) -> T {
    guard let value else { throw Complaint(complaint()) }
    return value
}

/// An input of several parts: a zero byte, which no text holds, stands between them.
func parts(of bytes: [UInt8], atMost count: Int) -> [ArraySlice<UInt8>] {
    bytes.split(separator: 0, maxSplits: count - 1, omittingEmptySubsequences: false)
}

/// Where a stream is cut into chunks: anywhere, and the same for the same bytes (FNV-1a, then SplitMix64).
struct Cuts {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    init(for bytes: some Sequence<UInt8>) {
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    /// The length of the next chunk, from 1 to `limit`.
    mutating func next(upTo limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return 1 + Int(truncatingIfNeeded: (mixed ^ (mixed >> 31)) >> 1) % max(1, limit)
    }
}
