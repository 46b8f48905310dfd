import Testing

@testable import LinearRegex

@Suite struct RefusalTests {
    @Test(arguments: [
        (#"a(?=b)"#, 1), ("(?!b)", 0), ("(?<=a)b", 0), ("x(?<!a)", 1), (#"(a)\1"#, 3), (#"(?<n>a)\k<n>"#, 7),
        (#"\p{Nonsense}"#, 0), (#"\p{Script=Nonsense}"#, 0), (#"\p{scx=Greek}"#, 0), ("(?>a)", 0),
    ])
    func unsupportedInECMAScript(pattern: String, offset: Int) {
        expectRefusal(pattern, .ecmaScript, .unsupported, offset)
    }

    @Test(arguments: [
        ("a(?=b)", 1), ("(?<!a)", 0), (#"(a)\1"#, 3), (#"(?P<n>a)(?P=n)"#, 8), (#"\C"#, 0), (#"\p{Letter}"#, 0),
    ])
    func unsupportedInRE2(pattern: String, offset: Int) {
        expectRefusal(pattern, .re2, .unsupported, offset)
    }

    @Test(arguments: [
        ("(", 0), ("a)", 1), ("^(abc]", 5), ("^(abc", 1), ("[a", 0), ("[b-a]", 1), ("*a", 0), ("a**", 2), ("a|*", 2),
        ("a{2,1}", 1),
        ("a{", 1), ("{1}", 0), ("}", 0), ("]", 0), ("\\", 0), (#"\a"#, 0), (#"\-"#, 0), (#"\_"#, 0), (#"\x4"#, 0),
        (#"\u12"#, 0), (#"\u{110000}"#, 0), (#"\u{}"#, 0), (#"\u{1"#, 0), (#"\c1"#, 0), (#"\01"#, 0), (#"[\d-x]"#, 1),
        (#"[a-\d]"#, 1), (#"\p"#, 0), (#"\p{L"#, 0), ("^*", 1), (#"\b+"#, 2), ("(?<>a)", 0), ("(?<1a>a)", 3),
        ("(?<a>a)(?<a>b)", 7), ("(?i)a", 0), ("(?i:a)", 0), (#"[\B]"#, 1), (#"[\1]"#, 1), (#"\A"#, 0),
    ])
    func badECMAScript(pattern: String, offset: Int) {
        expectRefusal(pattern, .ecmaScript, .syntax, offset)
    }

    @Test(arguments: [
        ("(", 0), (")", 0), ("[", 0), ("[]", 0), ("[[:nope:]]", 1), ("a**", 2), ("*", 0), (#"\y"#, 0), (#"\é"#, 0),
        ("(?z)", 0), ("(?i", 0), ("(?", 0), ("(?)", 0), ("(?i-)", 0), ("(?P<a", 0), (#"\x{}"#, 0), (#"[\Q]"#, 1),
        ("a{3,2}", 1), (#"\x{110000}"#, 0),
    ])
    func badRE2(pattern: String, offset: Int) {
        expectRefusal(pattern, .re2, .syntax, offset)
    }

    @Test(arguments: [
        ("a{20001}", LinearRegex.Dialect.ecmaScript), ("(a{100}){100}{0}", .ecmaScript),
        ("(?:(?:a{1000}){1000}){1000}", .ecmaScript), ("a{99999999999999999999}", .ecmaScript),
        ("(?:a{999999999}){999999999}", .ecmaScript), ("(?:a|b){0,999999999}", .ecmaScript), ("a{1001}", .re2),
        ("((a{100}){100}){100}", .re2), (String(repeating: "(", count: 251), .ecmaScript),
        (String(repeating: "(", count: 100_000), .re2), (String(repeating: "a", count: 32_769), .ecmaScript),
        (String(repeating: "a?", count: 12_000), .ecmaScript), (String(repeating: "()", count: 501), .re2),
        (String(repeating: "()", count: 100) + "a{19000}", .ecmaScript),
    ])
    func tooLarge(pattern: String, dialect: LinearRegex.Dialect) {
        #expect {
            try LinearRegex(pattern, dialect: dialect)
        } throws: {
            guard let error = $0 as? PatternError else { return false }
            return error.kind == .tooLarge || (error.kind == .syntax && pattern.contains("}{"))
        }
    }

    @Test func whatMatchesNothingButTheEmptyTextIsNotWrittenOut() throws {
        let regex = try LinearRegex("^(?:(?:(?:){999999999}){999999999}){999999999}a{0}$")
        #expect(regex.contains(""))
        #expect(!regex.contains("a"))
    }

    @Test func deepestNestingIsTaken() throws {
        let pattern = String(repeating: "(?:", count: 250) + "a" + String(repeating: ")", count: 250)
        #expect(try LinearRegex(pattern).contains("a"))
    }

    private func expectRefusal(
        _ pattern: String, _ dialect: LinearRegex.Dialect, _ kind: PatternError.Kind, _ offset: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(sourceLocation: sourceLocation) {
            try LinearRegex(pattern, dialect: dialect)
        } throws: {
            guard let error = $0 as? PatternError else { return false }
            return error.kind == kind && error.offset == offset
        }
    }
}
