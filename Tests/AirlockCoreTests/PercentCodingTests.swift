import AirlockCore
import Testing

@Suite struct PercentCodingTests {
    @Test(arguments: ["", "a b&c=d/e?f#g%", "ü\u{0}\n+", "~-._azAZ09", "%41%zz%"])
    func whatWasEncodedReadsBack(_ text: String) {
        let encoded = PercentCoding.encoded(text)
        #expect(encoded.utf8.allSatisfy { !" &=/?#+".utf8.contains($0) && (0x21...0x7E).contains($0) })
        #expect(PercentCoding.decoded(encoded, plusIsSpace: true) == text)
    }

    @Test func pairsOfAQueryReadBack() {
        let pairs = PercentCoding.pairs(PercentCoding.query([("a&b", "1=2"), ("flag", ""), ("a&b", "ü +")]))
        #expect(pairs.map(\.name) == ["a&b", "flag", "a&b"] && pairs.map(\.value) == ["1=2", "", "ü +"])
    }

    @Test(arguments: [("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("a+b", "a b"), ("%C3%BC", "ü"), ("%ff", "\u{FFFD}")])
    func aBrokenEscapeStaysAsItIs(_ text: String, _ wanted: String) {
        #expect(PercentCoding.decoded(text, plusIsSpace: true) == wanted)
    }
}
