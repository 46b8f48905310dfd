import Testing

@testable import HogQL

@Suite("Time of parsing")
struct LinearityTests {
    static let repeated = [
        "(", "[", "{", "f(", "cast(", "not ", "-", "- ", "case ", "case when ", "interval ", "x -> ", "(x) -> ", "a.",
        "a::", "a[", "f'{", "select ", "(select ", "with x as (", "a and ", "a or ", "a || ", "a + ", "a = ", "a ? ",
        "a ? b : ", "a ?? ", "a between b and ", "1, ", "a b, ", "a as b, ", "'x', ", "{x}, ", "a is null ", "a in ",
        "select 1 union all ", "a -> b, ", "/* */ ", "-- x\n", "limit ", "limit between ", "interval - ", "order ",
        "distinct ", "lambda x: ", "a <=> ", "é", "`", "'", "1.", "a?.", "f(a)(", "from t join u on a, ",
    ]

    /// Counted in steps of the parser, all readings included, so that no clock has a say.
    @Test("the time of parsing grows with the length of the text", arguments: repeated)
    func linear(_ piece: String) {
        for prefix in ["select ", "select a from t join u on "] {
            let steps = [500, 4000].map { bytes in
                Self.steps(for: prefix + String(repeating: piece, count: bytes / piece.utf8.count) + "1")
            }
            #expect(steps[1] <= steps[0] * 10 + 2000, "\(prefix)\(piece)")
        }
    }

    private static func steps(for text: String) -> Int {
        guard var parser = try? Parser(text) else { return 0 }
        _ = try? parser.reading { (parser) throws(SyntaxFailure) in try parser.wholeStatement() }
        return parser.steps
    }
}
