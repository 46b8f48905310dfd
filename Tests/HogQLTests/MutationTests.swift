import AirlockCore
import HogQL
import Testing

@Suite("Fuzzing")
struct MutationTests {
    static let pieces = [
        "select ", " from ", "(", ")", "[", "]", "{", "}", "'", "\"", "`", "f'", "\\", "-", " not ", " between ",
        " and ", " case when ", " interval ", "->", ",", ".", "?", ":", "::", " as ", "*", " union all ", "/*", "--",
        "\n", "0x", "1e", ".5", " in cohort ", "é", "\u{0}", " join ", " limit ", " by ", " over (", "cast(", "#1", "<",
        "=", "||", " on ", " using ", " order ", " group ", " end ", " distinct ", "<a", "%", " is null",
    ]

    static let seeds = OracleTests.recorded.map { Array($0.query.utf8) }

    /// Whatever is read prints to a text that reads back and prints the same; whatever is not read ends in an error
    /// that has a place.
    @Test("mutated queries")
    func mutated() {
        var random = SplitMix(seed: 7)
        for _ in 0..<4000 {
            var bytes = Self.seeds[random.below(Self.seeds.count)]
            for _ in 0..<1 + random.below(3) { Self.mutate(&bytes, &random) }
            check(bytes)
        }
    }

    @Test("arbitrary bytes")
    func arbitrary() {
        var random = SplitMix(seed: 8)
        for _ in 0..<2000 {
            check((0..<random.below(80)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            check((0..<random.below(30)).flatMap { _ in Array(Self.pieces[random.below(Self.pieces.count)].utf8) })
        }
    }

    static let repeated = [
        "(", "[", "{", "f(", "cast(", "not ", "-", "- ", "case ", "case when ", "interval ", "x -> ", "(x) -> ", "a.",
        "a::", "a[", "f'{", "select ", "(select ", "with x as (", "a and ", "a or ", "a || ", "a + ", "a = ", "a ? ",
        "a ? b : ", "a ?? ", "a between b and ", "1, ", "a b, ", "a as b, ", "'x', ", "{x}, ", "a is null ", "a in ",
        "select 1 union all ", "a -> b, ", "/* */ ", "-- x\n", "limit ", "limit between ", "interval - ", "order ",
        "distinct ", "lambda x: ", "a <=> ", "é", "`", "'", "1.", "a?.", "f(a)(", "from t join u on a, ",
    ]

    @Test("deep and long queries", arguments: repeated)
    func long(_ piece: String) {
        for prefix in ["select ", "select a from ", "select a from t join u on ", ""] {
            for count in [10, 70, 300] {
                check(Array((prefix + String(repeating: piece, count: count) + "1").utf8))
            }
        }
    }

    /// Counted in steps of the parser, all readings included, so that no clock has a say.
    @Test("the time of parsing grows with the length of the text", arguments: repeated)
    func linear(_ piece: String) {
        for prefix in ["select ", "select a from t join u on "] {
            let steps = [500, 4000].map { bytes in
                QueryFuzzing.parsingSteps(
                    for: prefix + String(repeating: piece, count: bytes / piece.utf8.count) + "1")
            }
            #expect(steps[1] <= steps[0] * 10 + 2000, "\(prefix)\(piece)")
        }
    }

    @Test("a text beyond the bounds is refused before it is read")
    func tooLong() throws {
        let text = "select " + String(repeating: "1, ", count: 100_000) + "1"
        let error = try #require(throws: AirlockError.self) { try parseSelect(text) }
        #expect(error.message.contains("at most 262144"))
        #expect(throws: AirlockError.self) { try parseSelect("select " + String(repeating: "(", count: 200_000)) }
        let fits = "select " + String(repeating: "1, ", count: 20_000) + "1"
        #expect(QueryFuzzing.complaint(about: fits.utf8) == nil)
    }

    private func check(_ bytes: [UInt8]) {
        if let complaint = QueryFuzzing.complaint(about: bytes) {
            Issue.record("\(String(decoding: bytes, as: UTF8.self).debugDescription)\n\(complaint)")
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        let place = random.below(bytes.count + 1)
        switch random.below(6) {
        case 0 where place < bytes.count: bytes.remove(at: place)
        case 1: bytes.insert(contentsOf: Array(pieces[random.below(pieces.count)].utf8), at: place)
        case 2 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 3:
            let other = seeds[random.below(seeds.count)]
            bytes = Array(bytes[..<place] + other[random.below(other.count)...])
        case 4:
            let other = random.below(bytes.count + 1)
            bytes.insert(contentsOf: Array(bytes[min(place, other)..<max(place, other)]), at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + random.below(8)))
        }
    }
}
