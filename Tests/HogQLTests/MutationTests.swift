import AirlockCore
import HogQL
import Testing

@Suite("Mutations")
struct MutationTests {
    static let pieces = [
        "select ", " from ", "(", ")", "[", "]", "{", "}", "'", "\"", "`", "f'", "\\", "-", " not ", " between ",
        " and ",
        " case when ", " interval ", "->", ",", ".", "?", ":", "::", " as ", "*", " union all ", "/*", "--", "\n", "0x",
        "1e", ".5", " in cohort ", "é", "\u{0}", " join ", " limit ", " by ", " over (", "cast(", "#1", "<", "=", "||",
    ]

    /// Whatever is read prints to a text that reads back and prints the same; whatever is not read ends in an error
    /// that has a place.
    @Test("printing is stable and errors have a place, on mutated queries")
    func mutated() {
        let seeds = AcceptedCorpus.text.split(separator: "\n").map { line in
            Array(String(line.prefix { $0 != "⇒" }).utf8)
        }
        var random = SplitMix(seed: 7)
        var accepted = 0
        for _ in 0..<6000 {
            var bytes = seeds[random.below(seeds.count)]
            for _ in 0..<1 + random.below(2) { Self.mutate(&bytes, seeds, &random) }
            let text = String(decoding: bytes, as: UTF8.self)
            do {
                let statement = try parseSelect(text)
                accepted += 1
                _ = Analysis(statement)
                let printed = QueryPrinter.text(of: statement)
                let again = try? parseSelect(printed)
                #expect(again.map { QueryPrinter.text(of: $0) } == printed, "\(text)")
            } catch {
                #expect(excerpt(of: text, at: error.location) != nil, "\(text)")
            }
        }
        #expect(accepted > 500)
    }

    private static func mutate(_ bytes: inout [UInt8], _ seeds: [[UInt8]], _ random: inout SplitMix) {
        let place = random.below(bytes.count + 1)
        switch random.below(5) {
        case 0 where place < bytes.count: bytes.remove(at: place)
        case 1: bytes.insert(contentsOf: Array(pieces[random.below(pieces.count)].utf8), at: place)
        case 2 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 3:
            let other = seeds[random.below(seeds.count)]
            bytes = Array(bytes[..<place] + other[random.below(other.count)...])
        default: bytes.removeSubrange(place..<min(bytes.count, place + random.below(8)))
        }
    }
}
