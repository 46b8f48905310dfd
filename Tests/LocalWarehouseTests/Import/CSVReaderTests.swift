import AirlockCore
import Testing

@testable import LocalWarehouse

@Suite struct CSVReaderTests {
    /// Records as `line: field|field`, rejected ones as `line! reason`.
    static func records(_ text: String, delimiter: UInt8? = nil, piece: Int = .max) throws -> [String] {
        var reader = try CSVReader(BytesSource(Array(text.utf8), piece: piece), delimiter: delimiter, path: "t.csv")
        var result: [String] = []
        while let record = try reader.next() {
            switch record.fields {
            case .success(let fields): result.append("\(record.line): \(fields.joined(separator: "|"))")
            case .failure(let rejection): result.append("\(record.line)! \(rejection.reason)")
            }
        }
        return result
    }

    struct Case: Sendable {
        var name: String
        var text: String
        var delimiter: UInt8?
        var expected: [String]

        init(_ name: String, _ text: String, _ expected: [String], delimiter: UInt8? = nil) {
            (self.name, self.text, self.expected, self.delimiter) = (name, text, expected, delimiter)
        }
    }

    static let cases = [
        Case("plain", "a,b\nc,d\n", ["1: a|b", "2: c|d"]),
        Case("no last line end", "a,b\nc,d", ["1: a|b", "2: c|d"]),
        Case("carriage returns", "a,b\r\n\"c\",\"d\"\r\n", ["1: a|b", "2: c|d"]),
        Case("byte order mark", "\u{FEFF}a,b\nc,d", ["1: a|b", "2: c|d"]),
        Case("quotes and line ends", "\"a,\"\"x\"\"\n\nz\",b\nc,d", ["1: a,\"x\"\n\nz|b", "4: c|d"]),
        Case("empty fields", ",\n\"\",\n", ["1: |", "2: |"]),
        Case("blank lines", "a,b\n\n\r\nc,d\n\n", ["1: a|b", "4: c|d"]),
        Case("semicolon", "a;b\n1,5;2\n", ["1: a|b", "2: 1,5|2"]),
        Case("tab", "a\tb\nc\td\n", ["1: a|b", "2: c|d"]),
        Case("given delimiter", "a,x|b\n", ["1: a,x|b"], delimiter: 0x7C),
        Case("spaces are kept", " a , b\n", ["1:  a | b"]),
        Case("a lone carriage return is text", "a\rb,c\n", ["1: a\rb|c"]),
        Case("unicode", "é,日本\n", ["1: é|日本"]),
        Case(
            "text after a quote", "a,b\n\"c\"x,d\ne,f", ["1: a|b", "2! text after a closing quote", "3: e|f"]),
        Case(
            "a quote within", "a,b\nc\"x,d\ne,f",
            ["1: a|b", "2! a quote inside a field that does not begin with one", "3: e|f"]),
        Case(
            "an open quote costs one line", "a,b\n\"c,d\ne,f\n",
            ["1: a|b", "2! a quote is opened and not closed", "3: e|f"]),
        Case("nothing", "", []),
    ]

    @Test(arguments: cases)
    func reads(_ sample: Case) throws {
        for piece in [1, 3, Int.max] {
            #expect(
                try Self.records(sample.text, delimiter: sample.delimiter, piece: piece) == sample.expected,
                "\(sample.name), in pieces of \(piece)")
        }
    }

    @Test func invalidUTF8IsRejected() throws {
        var reader = try CSVReader(
            BytesSource([0x61, 0x2C, 0xFF, 0x0A, 0x62, 0x2C, 0x63]), delimiter: nil, path: "t.csv")
        #expect(throws: Rejection.self) { try reader.next()?.fields.get() }
        #expect(try reader.next()?.fields.get() == ["b", "c"])
    }

    @Test func utf16IsNamed() {
        #expect {
            _ = try CSVReader(BytesSource([0xFF, 0xFE, 0x61, 0x00]), delimiter: nil, path: "t.csv")
        } throws: {
            ($0 as? AirlockError)?.message.contains("UTF-16") == true
        }
    }
}
