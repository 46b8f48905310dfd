import AirlockCore
import HogQL
import Testing

@Suite("Literals")
struct LiteralTests {
    static let nasty = [
        "", "'", "''", "\\", "\\\\", "\\'", "'\\", "\\n", "a\nb", "\t\r\u{08}\u{0C}\u{07}\u{0B}", "\\x41", "\\0", "\\N",
        "it's", "' OR 1=1 --", "\\' OR 1=1 --", "{x}", "/* */", "-- x", "50%_", "$1", "é", "👩‍👩‍👧", "\u{FEFF}", "\u{7F}",
        "\\\\'", "\\''", "'''", "`", "\"", "f'", "\u{2028}",
    ]

    private func decoded(_ literal: String) throws -> String? {
        guard case .constant(.string(let value)) = try parseExpression(literal).kind else { return nil }
        return value
    }

    @Test("a string reads back as itself", arguments: nasty)
    func strings(_ value: String) throws {
        let back = try decoded(Literal.string(value))
        #expect(back.map { Array($0.utf8) } == Array(value.utf8))
        // Beside other text it stays one literal.
        let query = "select a from b where c = \(try Literal.string(value)) and d = 1"
        guard case .select(let select) = try parseSelect(query), case .and(let operands)? = select.filter?.kind else {
            Issue.record("\(query)")
            return
        }
        #expect(operands.count == 2)
    }

    @Test("random strings, names and patterns read back as themselves")
    func fuzz() throws {
        var random = SplitMix(seed: 42)
        let alphabet = Array("'\\\"`nrtx0AbN%_{}$/*-fe\n\té 👍".unicodeScalars)
        for _ in 0..<4000 {
            var value = ""
            for _ in 0..<random.below(12) { value.unicodeScalars.append(alphabet[random.below(alphabet.count)]) }
            #expect(try decoded(Literal.string(value)) == value)
            guard !value.isEmpty, !value.utf8.contains(0x25) else { continue }
            let name = try Literal.identifier(value)
            guard case .field(let path) = try parseExpression(name).kind else {
                Issue.record("\(name)")
                continue
            }
            #expect(path.map(\.name) == [value])
        }
    }

    @Test("random lists, dates and patterns read back as themselves")
    func fuzzValues() throws {
        var random = SplitMix(seed: 43)
        let alphabet = Array("'\\%_x\n{}é".unicodeScalars)
        for _ in 0..<1500 {
            var text = ""
            for _ in 0..<random.below(8) { text.unicodeScalars.append(alphabet[random.below(alphabet.count)]) }
            let number = JSONValue.int(Int64(bitPattern: random.next()))
            let list: [JSONValue] = [.string(text), number, .null, .bool(true), [.string(text + "'")]]
            #expect(
                try parseExpression(Literal.list(list)).withoutRanges.kind
                    == .array([
                        QueryExpression(.constant(.string(text))),
                        QueryExpression(.constant(.number(number.numberValue ?? JSONNumber(0)))),
                        QueryExpression(.constant(.null)),
                        QueryExpression(.constant(.bool(true))),
                        QueryExpression(.array([QueryExpression(.constant(.string(text + "'")))])),
                    ]))
            // Taken as ClickHouse takes a pattern, it matches the text and nothing else.
            let pattern = try decoded(Literal.string(Literal.likePattern(text)))
            #expect(pattern.map(Self.matchedByPattern) == text)
            let (year, month, day) = (1 + random.below(9999), 1 + random.below(12), 1 + random.below(31))
            guard let date = try? Literal.dateTime(year: year, month: month, day: day, second: random.below(60)) else {
                #expect(day > 28)
                continue
            }
            guard case .call(let call) = try parseExpression(date).kind, call.arguments.count == 1,
                case .constant(.string(let written)) = call.arguments[0].kind
            else {
                Issue.record("\(date)")
                continue
            }
            #expect(call.name.name == "toDateTime" && written.utf8.count == 26)
        }
    }

    /// The one text a pattern without wildcards matches; `nil` when a wildcard is left.
    private static func matchedByPattern(_ pattern: String) -> String? {
        var text: [UInt8] = []
        var bytes = pattern.utf8.makeIterator()
        while let byte = bytes.next() {
            if byte == 0x25 || byte == 0x5F { return nil }
            guard let literal = byte == 0x5C ? bytes.next() : byte else { return nil }
            text.append(literal)
        }
        return String(decoding: text, as: UTF8.self)
    }

    @Test("what cannot be written is refused")
    func refused() {
        #expect(throws: AirlockError.self) { try Literal.string("a\u{0}b") }
        #expect(throws: AirlockError.self) { try Literal.string(utf16: [0x61, 0xD800, 0x62]) }
        #expect(throws: AirlockError.self) { try Literal.string(utf16: [0xDC00]) }
        #expect(throws: AirlockError.self) { try Literal.identifier("") }
        #expect(throws: AirlockError.self) { try Literal.identifier("50%") }
        #expect(throws: AirlockError.self) { try Literal.identifier("a\u{0}") }
        #expect(throws: AirlockError.self) { try Literal.value(["a": 1]) }
        #expect(throws: AirlockError.self) { try Literal.dateTime(year: 2023, month: 2, day: 29) }
        #expect(throws: AirlockError.self) { try Literal.dateTime(year: 2023, month: 1, day: 1, hour: 24) }
    }

    @Test("literals are written as PostHog reads them")
    func written() throws {
        #expect(try Literal.string("a'b\\c\n") == #"'a\'b\\c\n'"#)
        #expect(try Literal.string(utf16: Array("é".utf16)) == "'é'")
        #expect(try Literal.identifier("$browser") == "$browser")
        #expect(try Literal.identifier("a b") == "`a b`")
        #expect(try Literal.identifier("a`b\\c") == "`a``b\\\\c`")
        #expect(try Literal.identifier("select") == "`select`")
        #expect(try Literal.identifier("1a") == "`1a`")
        #expect(
            try Literal.dateTime(year: 2024, month: 2, day: 29, hour: 1, minute: 2, second: 3, microsecond: 45)
                == "toDateTime('2024-02-29 01:02:03.000045')")
        #expect(try Literal.list(["a'", 1, nil, true, 1.5]) == #"['a\'', 1, NULL, true, 1.5]"#)
        #expect(Literal.likePattern(#"50%_\"#) == #"50\%\_\\"#)
        #expect(try Literal.string(Literal.likePattern("50%")) == #"'50\\%'"#)
    }

    @Test(
        "numbers keep their value",
        arguments: [
            ("17", "17"), ("017", "17"), ("0x1F", "31"), ("0b101", "5"), (".5", "0.5"), ("5.", "5.0"),
            ("1e3", "1000.0"),
            ("-7", "-7"), ("9007199254740993", "9007199254740993"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("0x1p3", "8.0"), ("1.50", "1.5"),
        ])
    func numbers(_ written: String, _ wanted: String) throws {
        guard case .constant(.number(let number)) = try parseExpression(written).kind else {
            Issue.record("\(written) is no number")
            return
        }
        #expect(JSONNumber(text: wanted) == number)
        #expect(number.isWrittenAsInteger == !wanted.contains("."))
    }

    @Test("numbers beyond a double are infinite, as in PostHog")
    func infinite() throws {
        #expect(try parseExpression("1e400").kind == .constant(.infinity(negative: false)))
        #expect(try parseExpression("-1e400").kind == .constant(.infinity(negative: true)))
    }
}

extension QueryExpression {
    /// The same constants and arrays, without their places.
    fileprivate var withoutRanges: QueryExpression {
        if case .array(let elements) = kind { return QueryExpression(.array(elements.map(\.withoutRanges))) }
        return QueryExpression(kind)
    }
}

/// A small deterministic generator.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }
}
