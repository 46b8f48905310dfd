import Testing

@testable import AirlockCore

@Suite struct JSONParserTests {
    @Test(arguments: [
        "null", "true", "0", "-1", "1.5", "\"a\"", "[]", "{}", "[1,[2,{\"a\":null}]]", "\"\\u00e9\\n\"",
        "123456789012345678901234567890", "{\"b\":1,\"a\":2}", "\"\u{1F600}\"",
    ])
    func roundTrip(text: String) throws {
        let value = try JSONValue(json: text)
        #expect(try JSONValue(json: value.json) == value)
        #expect(try JSONValue(json: value.prettyJSON) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "01", "+1", ".5", "1.", "1e", "[1,]", "{\"a\":1,}", "[1 2]", "{\"a\" 1}", "\"\u{1}\"",
        "\"\\x\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u12\"", "1 2", "NaN", "{\"a\":1,\"a\":2}", "\"abc", "[",
        "{1:2}", "'a'", "1e99999999999", String(repeating: "9", count: 5000),
    ])
    func refuses(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(json: text) }
    }

    @Test func depthIsBounded() throws {
        let deep = { (levels: Int) in String(repeating: "[", count: levels) + String(repeating: "]", count: levels) }
        _ = try JSONValue(json: deep(256))
        #expect(throws: JSONSyntaxError.self) { try JSONValue(json: deep(257)) }
        #expect(throws: JSONSyntaxError.self) { try JSONValue(json: String(repeating: "[", count: 1_000_000)) }
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(json: [0x22, 0xFF, 0x22]) }
        #expect(throws: JSONSyntaxError.self) { try JSONValue(json: [0x22, 0xED, 0xA0, 0x80, 0x22]) }
        #expect(throws: JSONSyntaxError.self) { try JSONValue(json: [0x22, 0xC3, 0x22]) }
    }

    @Test func placeIsNamed() {
        #expect {
            try JSONValue(json: "{\n  \"a\": tru\n}")
        } throws: {
            ($0 as? JSONSyntaxError).map { [$0.line, $0.column] } == [2, 8]
        }
    }

    @Test func escapesAreDecoded() throws {
        #expect(try JSONValue(json: #""\ud83d\ude00\"\\\/\b\f\n\r\t\u0000""#) == "\u{1F600}\"\\/\u{8}\u{C}\n\r\t\0")
    }

    @Test func codePointsDecideNotCanonicalEquivalence() throws {
        #expect(JSONValue.string("\u{E9}") != JSONValue.string("e\u{301}"))
        let object = try JSONValue(json: "{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(object.objectValue?.count == 2)
        #expect(object["e\u{301}"] == 2)
    }

    @Test func memberOrderDoesNotMatterToEquality() throws {
        let (left, right) = (try JSONValue(json: "{\"a\":1,\"b\":2}"), try JSONValue(json: "{\"b\":2.0,\"a\":1}"))
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left.json == "{\"a\":1,\"b\":2}")
    }
}

@Suite struct JSONNumberTests {
    @Test(arguments: [
        ("1", "1.0"), ("10", "1e1"), ("0", "-0.0"), ("100000000000000000000", "1e20"), ("1.50", "15e-1"),
        ("0.1", "1e-1"), ("12345678901234567890.0", "12345678901234567890"), ("0e99", "0"),
    ])
    func equal(left: String, right: String) throws {
        let (left, right) = (try #require(JSONNumber(text: left)), try #require(JSONNumber(text: right)))
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(!(left < right) && !(right < left))
    }

    @Test(arguments: [
        ("1", "2"), ("-2", "-1"), ("-1", "0"), ("0", "1e-400"), ("9007199254740992", "9007199254740993"),
        ("1e400", "1e401"),
        ("-1e400", "1"), ("0.1", "0.10000000000000000001"), ("9", "10"), ("-10", "9"), ("1.9", "10"),
    ])
    func ordered(smaller: String, larger: String) throws {
        let (smaller, larger) = (try #require(JSONNumber(text: smaller)), try #require(JSONNumber(text: larger)))
        #expect(smaller < larger)
        #expect(!(larger < smaller))
        #expect(smaller != larger)
    }

    @Test(arguments: [
        ("10", "2", true), ("7", "2", false), ("4.5", "1.5", true), ("35", "1.5", false), ("0.0075", "0.0001", true),
        ("0.00751", "0.0001", false), ("1e308", "0.5", true), ("12391239123", "1e-8", true), ("0", "3", true),
        ("1", "0", false), ("1e9999999999", "7", false), ("1e-9999999999", "7", false), ("-6", "3", true),
        ("100", "1e2", true), ("10", "1e2", false), ("0.3", "0.1", true),
    ])
    func multiples(value: String, step: String, expected: Bool) throws {
        let (value, step) = (try #require(JSONNumber(text: value)), try #require(JSONNumber(text: step)))
        #expect(value.isMultiple(of: step) == expected)
    }

    @Test func kinds() throws {
        #expect(try #require(JSONNumber(text: "1.0")).isInteger)
        #expect(try #require(JSONNumber(text: "1.0")).int64 == 1)
        #expect(try !#require(JSONNumber(text: "1.5")).isInteger)
        #expect(try #require(JSONNumber(text: "1e400")).double == nil)
        #expect(try #require(JSONNumber(text: "1e400")).isInteger)
        #expect(try #require(JSONNumber(text: "-9223372036854775808")).int64 == .min)
        #expect(try #require(JSONNumber(text: "9223372036854775808")).int64 == nil)
        #expect(JSONNumber(Double.nan) == nil)
        #expect(try #require(JSONNumber(text: "1e2")).int64 == 100)
    }
}

@Suite struct TextTests {
    @Test(arguments: [("dys", "days"), ("DAYS", "days"), ("lmit", "limit"), ("dasy", "days")])
    func nearest(typed: String, meant: String) {
        #expect(nearestName(to: typed, in: ["limit", "days"]) == meant)
    }

    @Test func farNamesAreNotOffered() {
        #expect(nearestName(to: "country", in: ["days", "limit"]) == nil)
        #expect(nearestName(to: "", in: ["days"]) == nil)
    }

    @Test(arguments: [("500ms", 0.5), ("20s", 20), ("1.5m", 90), ("2h", 7200), ("7", 7)])
    func durations(text: String, seconds: Double) throws {
        #expect(try #require(Duration(text: text)).inSeconds == seconds)
    }

    @Test(arguments: ["", "-1s", "s", "1x", "inf", "nan", "1e99s", "0x10"])
    func badDurations(text: String) {
        #expect(Duration(text: text) == nil)
    }

    @Test(arguments: [("512", 512), ("64KiB", 65536), ("1.5 MiB", 1_572_864), ("10MB", 10_000_000), ("1G", 1 << 30)])
    func byteCounts(text: String, bytes: Int) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test func sizesRead() {
        #expect(ByteCount(1536).description == "1.5 KiB")
        #expect(Duration.milliseconds(1500).shortText == "1.5 s")
        #expect(Duration.seconds(120).shortText == "2 min")
        #expect(Duration.seconds(3725).shortText == "1 h 2 min 5 s")
        #expect(ByteCount("-5") == nil)
    }
}
