import AirlockCore
import HogQL
import Testing

/// Depth and length that libFuzzer, which likes short inputs, does not try.
@Suite struct LongQueryTests {
    static let repeated = [
        "(", "[", "{", "f(", "cast(", "not ", "-", "- ", "case ", "case when ", "interval ", "x -> ", "(x) -> ", "a.",
        "a::", "a[", "f'{", "select ", "(select ", "with x as (", "a and ", "a or ", "a || ", "a + ", "a = ", "a ? ",
        "a ? b : ", "a ?? ", "a between b and ", "1, ", "a b, ", "a as b, ", "'x', ", "{x}, ", "a is null ", "a in ",
        "select 1 union all ", "a -> b, ", "/* */ ", "-- x\n", "limit ", "limit between ", "interval - ", "order ",
        "distinct ", "lambda x: ", "a <=> ", "é", "`", "'", "1.", "a?.", "f(a)(", "from t join u on a, ",
    ]

    @Test(arguments: repeated)
    func deepAndLong(piece: String) throws {
        for prefix in ["select ", "select a from ", "select a from t join u on ", ""] {
            for count in [10, 70, 300] {
                try QueryFuzz.check(Array((prefix + String(repeating: piece, count: count) + "1").utf8))
            }
        }
    }

    @Test func aTextBeyondTheBoundsIsRefusedBeforeItIsRead() throws {
        let text = "select " + String(repeating: "1, ", count: 100_000) + "1"
        let error = try #require(throws: AirlockError.self) { try parseSelect(text) }
        #expect(error.message.contains("at most 262144"))
        #expect(throws: AirlockError.self) { try parseSelect("select " + String(repeating: "(", count: 200_000)) }
        try QueryFuzz.check(Array(("select " + String(repeating: "1, ", count: 20_000) + "1").utf8))
    }
}
