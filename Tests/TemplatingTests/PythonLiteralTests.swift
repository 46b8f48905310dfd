import AirlockCore
import Foundation
import Testing

@testable import Templating

@Suite struct PythonLiteralTests {
    private static let examples: [(JSONValue, String)] = [
        (nil, "None"), (true, "True"), (false, "False"), (0, "(0)"), (-7, "(-7)"), (1.5, "(1.5)"),
        (-0.0, "(-0.0)"), ("", "\"\""), ("a\"b\\c'd", #""a\"b\\c'd""#), ("\n\r\t\u{0}\u{7F}", #""\n\r\t\x00\x7f""#),
        ("é😀中", "\"é😀中\""), ("\u{2028}\u{FEFF}\u{202E}\u{E000}\u{A0}", #""\u2028\ufeff\u202e\ue000\xa0""#),
        ("\u{E0001}\u{10FFFF}", #""\U000e0001\U0010ffff""#), ("{{ x }}", "\"{{ x }}\""),
        ([], "[]"), ([:], "{}"), ([1, -2, [nil]], "[1, -2, [None]]"),
        (["b": 1, "a": ["c": "d"]], #"{"b": 1, "a": {"c": "d"}}"#),
    ]

    @Test(arguments: examples)
    func literals(value: JSONValue, literal: String) throws {
        #expect(try PythonLiteral().encode(value) == literal)
    }

    @Test func whatPythonHasNoLiteralForIsRefused() throws {
        for text in ["1e400", "-1e400", "[1.5e9999]"] {
            let value = try JSONValue(json: text)
            #expect(throws: AirlockError.self) { try PythonLiteral().encode(value) }
        }
        let deep = try JSONValue(json: String(repeating: "[", count: 101) + String(repeating: "]", count: 101))
        #expect(throws: AirlockError.self) { try PythonLiteral().encode(deep) }
    }

    /// Every literal is read back by Python itself and compared with what its JSON parser makes of the value: type,
    /// value, sign of zero and order of members.
    @Test(.timeLimit(.minutes(10))) func pythonReadsBackWhatWasWritten() throws {
        var values = try Self.table()
        var random = SeededRandom(state: 7)
        for _ in 0..<4000 { values.append(Self.value(&random, depth: 0)) }
        let literals = try values.map { value throws in try PythonLiteral().encode(value) }
        for literal in literals { #expect(!literal.utf8.contains { $0 < 0x20 }) }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("literals-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (literalFile, jsonFile) = (folder.appendingPathComponent("literals"), folder.appendingPathComponent("json"))
        try Data(literals.joined(separator: "\n").utf8).write(to: literalFile)
        try Data(values.map(\.json).joined(separator: "\n").utf8).write(to: jsonFile)
        let program = """
            import ast, json, sys
            read = lambda path: open(path, encoding="utf-8", newline="\\n").read().split("\\n")
            literals, texts = read(sys.argv[1]), read(sys.argv[2])
            assert len(literals) == len(texts), (len(literals), len(texts))
            for literal, text in zip(literals, texts):
                value = json.loads(text)
                assert repr(ast.literal_eval(literal)) == repr(value), (literal, text)
                # Whatever stands around it, it stays one value.
                assert repr(eval(f"[{literal}, -1][0]", {})) == repr(value), literal
                if isinstance(value, (int, float)) and abs(value) < 100 and not isinstance(value, bool):
                    assert eval(f"2**{literal}", {}) == 2 ** value, literal
                    assert eval(f"{literal}.real", {}) == value, literal
                    assert eval(f"-{literal}", {}) == -value, literal
                    if isinstance(value, int):
                        assert eval(f"{literal}.bit_length()", {}) == value.bit_length(), literal
            print("read", len(literals))
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-I", "-c", program, literalFile.path, jsonFile.path]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text == "read \(values.count)\n")
    }

    private static func table() throws -> [JSONValue] {
        let numbers = [
            "0", "-0", "-0.0", "1e16", "1E-7", "5e-324", "1.7976931348623157e308", "0.1",
            "123456789012345678901234567890",
            "-9223372036854775809", String(repeating: "9", count: 4090), "100e-2", "3.0",
            "0.1000000000000000055511151231",
        ]
        var values = try numbers.map { try JSONValue(json: $0) }
        // Every scalar of the first plane and some beyond, in strings of a few hundred.
        let scalars = (Array(0...0xFFFF) + Array(0x1F600...0x1F64F) + Array(0xE0000...0xE01FF)).compactMap {
            Unicode.Scalar(UInt32($0))
        }
        for start in stride(from: 0, to: scalars.count, by: 400) {
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars[start..<min(start + 400, scalars.count)])
            values.append(.string(text))
        }
        let depth = PythonLiteral.maxDepth
        values.append(try JSONValue(json: String(repeating: "[", count: depth) + String(repeating: "]", count: depth)))
        values.append(
            try JSONValue(json: String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth))
        )
        return values
    }

    private static func value(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 4 ? 6 : 9), using: &random) {
        case 0: return [.null, true, false].randomElement(using: &random) ?? .null
        case 1: return .int(Int.random(in: -200...200, using: &random))
        case 2: return .int(Int64(bitPattern: random.next()))
        case 3: return .double(Double(bitPattern: random.next()))
        case 4: return .double(Double.random(in: -50...50, using: &random))
        case 5: return .string(text(&random))
        case 6, 7:
            return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in value(&random, depth: depth + 1) })
        default:
            return .object(
                JSONObject(
                    (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                        (text(&random), value(&random, depth: depth + 1))
                    }))
        }
    }

    private static func text(_ random: inout SeededRandom) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let limit: UInt32 = [0x80, 0x80, 0x300, 0x3000, 0x110000].randomElement(using: &random) ?? 0x80
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
