internal import AirlockCore

/// How alike texts are.
enum StringDistanceFunctions {
    /// The product of both lengths: the time is proportional to it.
    private static let maxCells = 1 << 24

    static let all: [String: FunctionBinding.Bind] = [
        "levenshteinDistance": whole(UInt8.self, levenshtein), "editDistance": whole(UInt8.self, levenshtein),
        "levenshteinDistanceUTF8": scalars(levenshtein), "editDistanceUTF8": scalars(levenshtein),
        "damerauLevenshteinDistance": whole(UInt8.self, damerau),
        "jaroSimilarity": share { jaro($0, $1) }, "jaroWinklerSimilarity": share { winkler($0, $1) },
        "byteHammingDistance": hamming, "mismatches": hamming, "soundex": StringFunctions.bytes(soundex),
    ]

    private static func checked(_ left: Int, _ right: Int, _ name: String) throws {
        guard left.multipliedReportingOverflow(by: right).partialValue <= maxCells, left <= maxCells, right <= maxCells
        else { throw ExecutionFault("\(name) takes texts whose lengths multiply to at most \(maxCells)") }
    }

    private static func whole(
        _ unit: UInt8.Type, _ distance: @escaping @Sendable ([UInt8], [UInt8]) -> Int
    ) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            try call.strings()
            let name = call.name
            return call.call(.uint64, readsBytes: true) { values in
                let (a, b) = (values[0].utf8, values[1].utf8)
                try checked(a.count, b.count, name)
                return .int(Int64(distance(a, b)))
            }
        }
    }

    private static func scalars(
        _ distance: @escaping @Sendable ([Unicode.Scalar], [Unicode.Scalar]) -> Int
    ) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            try call.strings()
            let name = call.name
            return call.call(.uint64) { values in
                let (a, b) = (Array(values[0].text.unicodeScalars), Array(values[1].text.unicodeScalars))
                try checked(a.count, b.count, name)
                return .int(Int64(distance(a, b)))
            }
        }
    }

    private static func share(_ similarity: @escaping @Sendable ([UInt8], [UInt8]) -> Double) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            try call.strings()
            let name = call.name
            return call.call(.float, readsBytes: true) { values in
                let (a, b) = (values[0].utf8, values[1].utf8)
                try checked(a.count, b.count, name)
                return .double(similarity(a, b))
            }
        }
    }

    @Sendable private static func levenshtein<Unit: Equatable>(_ a: [Unit], _ b: [Unit]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(diagonal + (x == y ? 0 : 1), above + 1, row[j] + 1)
                diagonal = above
            }
        }
        return row[b.count]
    }

    /// With exchanges of neighbours, no place edited twice.
    @Sendable private static func damerau(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var (before, last) = ([Int](), Array(0...b.count))
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var least = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
                row.append(least)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }

    private static func jaro(_ a: [UInt8], _ b: [UInt8]) -> Double {
        // Beside an empty text ClickHouse gives the other one's length.
        if a.isEmpty || b.isEmpty { return Double(max(a.count, b.count)) }
        let reach = max(max(a.count, b.count) / 2 - 1, 0)
        var taken = [Bool](repeating: false, count: b.count)
        var matched: [UInt8] = []
        for i in a.indices {
            let (low, high) = (max(0, i - reach), min(b.count, i + reach + 1))
            guard low < high else { continue }
            for j in low..<high where !taken[j] && a[i] == b[j] {
                taken[j] = true
                matched.append(a[i])
                break
            }
        }
        guard !matched.isEmpty else { return 0 }
        let others = b.indices.filter { taken[$0] }.map { b[$0] }
        let moved = zip(matched, others).filter { $0 != $1 }.count / 2
        let count = Double(matched.count)
        return (count / Double(a.count) + count / Double(b.count) + (count - Double(moved)) / count) / 3
    }

    private static func winkler(_ a: [UInt8], _ b: [UInt8]) -> Double {
        let similarity = jaro(a, b)
        guard similarity > 0.7, !a.isEmpty, !b.isEmpty else { return similarity }
        let common = zip(a, b).prefix(4).prefix { $0 == $1 }.count
        return similarity + 0.1 * Double(common) * (1 - similarity)
    }

    private static let hamming: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.strings()
        return call.call(.uint64, key: "byteHammingDistance", readsBytes: true) { values in
            let (a, b) = (values[0].utf8, values[1].utf8)
            guard a.count == b.count else {
                throw ExecutionFault("byteHammingDistance needs texts of one length")
            }
            return .int(Int64(zip(a, b).lazy.filter { $0 != $1 }.count))
        }
    }

    /// A letter and three digits, as MySQL and ClickHouse have it: vowels separate, H and W do not.
    @Sendable private static func soundex(_ text: [UInt8]) -> [UInt8] {
        let codes = Array("01230120022455012623010202".utf8)
        let letters = text.filter { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }.map { $0 & 0xDF }
        guard let first = letters.first else { return Array("0000".utf8) }
        var result = [first]
        var last = codes[Int(first - 0x41)]
        for letter in letters.dropFirst() where result.count < 4 {
            let code = codes[Int(letter - 0x41)]
            if code == 0x30 {
                if letter != 0x48, letter != 0x57 { last = code }
            } else {
                if code != last { result.append(code) }
                last = code
            }
        }
        return result + [UInt8](repeating: 0x30, count: 4 - result.count)
    }
}
