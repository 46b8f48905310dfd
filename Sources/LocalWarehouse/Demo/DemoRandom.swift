/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014): the same numbers on every
/// machine, which the system's generator and floating-point functions do not promise.
struct DemoRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// Evenly from 0 up to, and without, `bound`, which is above zero.
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(max(bound, 1))).high)
    }

    /// Evenly, both ends included.
    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    /// An element, the more often the greater its weight.
    mutating func pick<T>(weighted choices: [(T, weight: Int)]) -> T {
        var rest = below(choices.reduce(0) { $0 + $1.weight })
        for (choice, weight) in choices {
            if rest < weight { return choice }
            rest -= weight
        }
        return choices[0].0
    }

    /// Fisher and Yates.
    mutating func shuffle<T>(_ elements: inout [T]) {
        for last in stride(from: elements.count - 1, to: 0, by: -1) { elements.swapAt(last, below(last + 1)) }
    }
}
