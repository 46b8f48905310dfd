import Testing

@testable import Reporting

@Suite struct SafeTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("a\nb", #"a\nb"#), ("a\tb\r", #"a\tb\r"#), ("\u{1B}[31mred", #"\u{1b}[31mred"#),
        ("\u{1B}]52;c;aGk=\u{7}", #"\u{1b}]52;c;aGk=\u{07}"#), ("\u{9B}2J", #"\u{9b}2J"#), ("\u{0}", #"\u{00}"#),
        ("\u{202E}evil\u{2066}", #"\u{202e}evil\u{2066}"#), ("a\u{200B}b\u{FEFF}", #"a\u{200b}b\u{feff}"#),
        ("\u{2028}\u{2029}", #"\u{2028}\u{2029}"#), ("\u{E0041}", #"\u{e0041}"#), ("\u{FFFE}", #"\u{fffe}"#),
        ("soft\u{AD}hyphen", #"soft\u{ad}hyphen"#), ("é日本", "é日本"), ("e\u{301}", "e\u{301}"),
        ("👩\u{200D}👩\u{200D}👧", "👩\u{200D}👩\u{200D}👧"), ("\u{200D}a", #"\u{200d}a"#), ("✌\u{FE0F}", "✌\u{FE0F}"),
    ])
    func line(text: String, shown: String) {
        #expect(SafeText.line(text).unicodeScalars.elementsEqual(shown.unicodeScalars))
    }

    @Test func blockKeepsLinesAndTabs() {
        #expect(SafeText.block("a\r\nb\tc\rd\u{1B}c") == "a\nb\tc\\rd\\u{1b}c")
    }

    @Test func marksBeyondEightAreEscaped() {
        let flood = "a" + String(repeating: "\u{301}", count: 100)
        #expect(SafeText.line(flood).unicodeScalars.count { $0 == "\u{301}" } == 8)
    }

    @Test func asciiOnlyEscapesEverythingElse() {
        #expect(SafeText.line("é日", asciiOnly: true) == #"\u{e9}\u{65e5}"#)
    }

    @Test func invalidBytesAreShown() {
        #expect(SafeText.block(bytes: [0x61, 0xFF, 0x0A, 0xC3, 0xA9, 0xE2, 0x82]) == "a\\xff\né\\xe2\\x82")
    }

    @Test func jsonKeepsItsMeaning() {
        #expect(SafeText.json("[\"\u{202E}é\u{9B}\u{E0041}\u{7F}\"]") == #"["\u202eé\u009b\udb40\udc41\u007f"]"#)
    }
}

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("abc", 3), ("", 0), ("日本", 4), ("é", 1), ("e\u{301}", 1), ("😀", 2), ("👩\u{200D}👩\u{200D}👧", 2), ("🇫🇷", 2),
        ("✌\u{FE0F}", 2), ("한국", 4), ("\u{1112}\u{1161}\u{11AB}", 2), ("ｱ", 1), ("Ａ", 2), ("…", 1), ("█", 1),
        ("नि", 2), ("→", 1),
    ])
    func columns(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("日本語", 6, "日本語"),
        ("abc", 1, "…"), ("abc", 0, ""), ("", 3, ""),
    ])
    func shortened(text: String, width: Int, shown: String) {
        #expect(text.shortened(to: width, mark: "…") == shown)
    }

    @Test func padding() {
        #expect("日".padded(to: 4) == "日  ")
        #expect("日".padded(to: 4, onTheLeft: true) == "  日")
        #expect("long".padded(to: 2) == "long")
    }
}
