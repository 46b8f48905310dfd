import Testing

@testable import LinearRegex

/// The dialect, a pattern, a text, and whether the one matches in the other.
struct Case: Sendable, CustomTestStringConvertible {
    var dialect: LinearRegex.Dialect
    var pattern: String
    var matching: [String]
    var others: [String]

    static func ecma(_ pattern: String, _ matching: [String], not others: [String]) -> Case {
        Case(dialect: .ecmaScript, pattern: pattern, matching: matching, others: others)
    }

    static func re2(_ pattern: String, _ matching: [String], not others: [String]) -> Case {
        Case(dialect: .re2, pattern: pattern, matching: matching, others: others)
    }

    var testDescription: String { "\(dialect.rawValue) \(pattern)" }
}

@Suite struct MatchingTests {
    @Test(arguments: [
        Case.ecma("abc", ["abc", "xabcx"], not: ["ab", "ABC", ""]),
        .ecma("^abc$", ["abc"], not: ["abc\n", "xabc", "abcx", "\nabc"]),
        .ecma("", ["", "a"], not: []),
        .ecma("^$", [""], not: ["a", "\n"]),
        .ecma("a|b|", ["", "c"], not: []),
        .ecma("^(a|bc)+$", ["a", "bcabc"], not: ["", "b", "ab"]),
        .ecma("^a*?$", ["", "aaa"], not: ["ab"]),
        .ecma("^a{2,3}$", ["aa", "aaa"], not: ["a", "aaaa"]),
        .ecma("^a{2,}$", ["aa", "aaaaaa"], not: ["a", ""]),
        .ecma("^(?:a{0,2}){2}$", ["", "a", "aaaa"], not: ["aaaaa"]),
        .ecma("^a{0}b$", ["b"], not: ["ab"]),
        .ecma("^(?:)*$", [""], not: ["a"]),
        .ecma("^(a*)*$", ["", "aaa"], not: ["b"]),
        .ecma("^(a|b*)*c$", ["c", "abbac"], not: ["abd"]),
        .ecma("^.$", ["a", "é", "😀", "\0", "\u{85}"], not: ["", "\n", "\r", "\u{2028}", "ab"]),
        .ecma("^[abc]$", ["a", "c"], not: ["d", ""]),
        .ecma("^[^abc]$", ["d", "\n", "é"], not: ["a", ""]),
        .ecma("^[^]$", ["\n", "😀"], not: [""]),
        .ecma("[]", [], not: ["", "a"]),
        .ecma("^[a-cx-z]$", ["b", "y"], not: ["d", "-"]),
        .ecma("^[-a]$", ["-", "a"], not: ["b"]),
        .ecma("^[a-]$", ["-", "a"], not: ["b"]),
        .ecma(#"^[\]\\\-^]$"#, ["]", "\\", "-", "^"], not: ["a"]),
        .ecma(#"^[\b]$"#, ["\u{8}"], not: ["b"]),
        .ecma(#"^[\d\s]$"#, ["5", " "], not: ["a"]),
        .ecma(#"^[^\D5]$"#, ["4"], not: ["5", "a"]),
        .ecma(
            #"^[α-ω]+$"#, ["λόγος".unicodeScalars.filter { $0 != "ό" }.map(String.init).joined()], not: ["abc", "Ω"]),
        .ecma(#"^\d\D$"#, ["1a", "1\u{661}"], not: ["11", "\u{661}a"]),
        .ecma(#"^\w\W$"#, ["_é", "a-"], not: ["aa", "éa"]),
        .ecma(#"^\s\S$"#, ["\u{FEFF}a", "\u{3000}\u{200B}", "\u{B}x"], not: ["aa", "  "]),
        .ecma(#"^\t\n\v\f\r\0$"#, ["\t\n\u{B}\u{C}\r\0"], not: ["t"]),
        .ecma(#"^\cA\cz$"#, ["\u{1}\u{1A}"], not: ["cA"]),
        .ecma(#"^\x41\u0042\u{43}\u{1F600}$"#, ["ABC😀"], not: ["ABC"]),
        .ecma(#"^\ud83d\ude00$"#, ["😀"], not: ["\u{FFFD}"]),
        .ecma(#"^\ud83d$"#, [], not: ["😀", "\u{FFFD}"]),
        .ecma(#"^[\ud83d\ude00-\u{1F602}]$"#, ["😀", "😂"], not: ["😃", "a"]),
        .ecma("^😀*$", ["", "😀😀"], not: ["😃"]),
        .ecma(#"^\^\$\.\*\+\?\(\)\[\]\{\}\|\/\\$"#, ["^$.*+?()[]{}|/\\"], not: [""]),
        .ecma(#"\bfoo\b"#, ["foo", "a foo.", "éfoo"], not: ["foobar", "_foo"]),
        .ecma(#"^\B\w\B\w"#, [], not: ["ab"]),
        .ecma(#"a\Bb"#, ["ab"], not: ["a b"]),
        .ecma(#"^\p{L}+$"#, ["aéλ字"], not: ["1", ""]),
        .ecma(#"^\p{Letter}\P{Letter}$"#, ["é1"], not: ["11", "aa"]),
        .ecma(#"^\p{digit}+$"#, ["42", "\u{9EA}\u{9E8}"], not: ["a"]),
        .ecma(#"^\p{gc=Lu}\p{General_Category=Ll}$"#, ["Éa"], not: ["aa"]),
        .ecma(#"^\p{Alphabetic}\p{White_Space}\p{Emoji}$"#, ["a\u{2003}😀"], not: ["1 😀"]),
        .ecma(#"^\p{Any}\p{ASCII}\p{Assigned}$"#, ["\u{E000}aa"], not: ["aé"]),
        .ecma(#"^\p{Script=Greek}\P{sc=Cyrl}$"#, ["λλ"], not: ["λж", "aa"]),
        .ecma(#"^[\P{L}x]$"#, ["1", "x"], not: ["y"]),
        .ecma(#"^[^\P{L}x]$"#, ["y"], not: ["1", "x"]),
        .ecma("(?<year>[0-9]{4})-(?<$m_1>[0-9]{2})", ["2024-05"], not: ["24-05"]),
        .re2("(?i)straße", ["STRAßE", "straße"], not: ["strasse"]),
        .re2("^(?i)k$", ["k", "K", "\u{212A}"], not: ["l"]),
        .re2("^(?i)[a-z]$", ["k", "K", "\u{212A}", "\u{17F}"], not: ["1", "é"]),
        .re2("^(?i)[ſ]$", ["s", "S", "ſ"], not: ["k"]),
        .re2("^(?i)[^a]$", ["b"], not: ["a", "A"]),
        .re2("^(?i)É$", ["é", "É"], not: ["e"]),
        .re2("a(?i)b|c", ["aB", "C"], not: ["Ab"]),
        .re2("(?:a(?i)b)c", ["aBc"], not: ["aBC", "Abc"]),
        .re2("(?i:a)b", ["Ab"], not: ["AB"]),
        .re2("(?i)a(?-i:b)", ["Ab"], not: ["aB"]),
        .re2("a.b", ["axb", "a\rb"], not: ["a\nb"]),
        .re2("(?s)a.b", ["a\nb"], not: ["ab"]),
        .re2("(?m)^b$", ["a\nb\nc", "b"], not: ["a\nbc", "ab"]),
        .re2("(?m)\\Ab", ["b"], not: ["a\nb"]),
        .re2("^b$", ["b"], not: ["b\n", "a\nb"]),
        .re2("b\\z", ["ab"], not: ["b\n"]),
        .re2(#"\pL\p{Lu}\PL\p{^L}"#, ["aB11"], not: ["aBa1"]),
        .re2(#"\p{Han}+\p{Greek}"#, ["漢字λ"], not: ["漢a"]),
        .re2("^[[:alpha:][:digit:]_]+$", ["aZ9_"], not: ["-", "é"]),
        .re2("^[[:^alpha:]]$", ["1"], not: ["a"]),
        .re2("^[]a]$", ["]", "a"], not: ["b"]),
        .re2("^[^]a]$", ["b"], not: ["]", "a"]),
        .re2(#"^[\d-x]+$"#, ["1-x"], not: ["a"]),
        .re2(#"^\Qa.b*\E+$"#, ["a.b*", "a.b***"], not: ["axb*", "a.b"]),
        .re2(#"^\Q(|"#, ["(|"], not: [""]),
        .re2(#"^\a\x41\x{1F600}\101\07$"#, ["\u{7}A😀A\u{7}"], not: ["a"]),
        .re2(#"^\_\-\%$"#, ["_-%"], not: [""]),
        .re2("^a{,2}$", ["a{,2}"], not: ["aa"]),
        .re2("^a{x}]}$", ["a{x}]}"], not: ["a"]),
        .re2("^(?:^)*a$", ["a"], not: ["b"]),
        .re2("\\s", [" ", "\t"], not: ["\u{B}", "\u{A0}"]),
        Case(dialect: .clickHouse, pattern: "a.b", matching: ["a\nb"], others: ["ab"]),
        Case(dialect: .clickHouse, pattern: "(?-s)a.b", matching: ["axb"], others: ["a\nb"]),
    ])
    func matches(_ test: Case) throws {
        let regex = try LinearRegex(test.pattern, dialect: test.dialect)
        for text in test.matching {
            #expect(regex.contains(text), "must match \(text.debugDescription)")
            #expect(regex.firstMatch(in: text) != nil, "must be found in \(text.debugDescription)")
        }
        for text in test.others {
            #expect(!regex.contains(text), "must not match \(text.debugDescription)")
            #expect(regex.firstMatch(in: text) == nil, "must not be found in \(text.debugDescription)")
        }
    }

    @Test func bytesThatAreNotUTF8AreReplacementCharacters() throws {
        let bytes: [UInt8] = [0x61, 0xFF, 0xC3, 0x62, 0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80, 0x80, 0xE2, 0x82]
        let regex = try LinearRegex("^a\u{FFFD}{2}b\u{FFFD}{9}$")
        #expect(bytes.withUnsafeBufferPointer { regex.contains(utf8: $0) })
    }
}
