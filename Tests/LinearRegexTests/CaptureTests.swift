import Testing

@testable import LinearRegex

@Suite struct CaptureTests {
    /// The texts of the whole match and of each group.
    private func groups(
        _ pattern: String, _ text: String, dialect: LinearRegex.Dialect = .re2
    ) throws -> [String?]? {
        let bytes = Array(text.utf8)
        return try LinearRegex(pattern, dialect: dialect).firstMatch(in: text)?.ranges.map { range in
            range.map { String(decoding: bytes[$0], as: UTF8.self) }
        }
    }

    @Test(
        arguments: [
            ("a+", "xaay", ["aa"]), ("a+?", "xaay", ["a"]), ("a|ab", "ab", ["a"]), ("ab|a", "ab", ["ab"]),
            ("(a|ab)(c|bcd)(d*)", "abcd", ["abcd", "a", "bcd", ""]), ("(a)|b", "b", ["b", nil]),
            ("(a*)(a*)", "aa", ["aa", "aa", ""]), ("(a*?)(a*)", "aa", ["aa", "", "aa"]), ("(a)+", "aaa", ["aaa", "a"]),
            ("(?:(a)|(b))+", "ab", ["ab", "a", "b"]), ("(|a)*", "aa", ["", ""]), ("(|a)+", "aa", ["", ""]),
            ("(a?)*?b", "aab", ["aab", "a"]), ("x*", "aax", [""]), ("(?U)a+", "aa", ["a"]), ("(?U)a+?", "aa", ["aa"]),
            ("(\\w+)@(\\w+)\\.com", "mail bob@host.com now", ["bob@host.com", "bob", "host"]),
            ("é(.)", "caféx", ["éx", "x"]), ("(a{1,2}){2}", "aaa", ["aaa", "a"]), ("b$", "ab", ["b"]),
            ("^(.*?),(.*)$", "a,b,c", ["a,b,c", "a", "b,c"]), ("^a", "ba", nil), ("foo", "xfoofoo", ["foo"]),
            ("foo$", "foofoo", ["foo"]),
        ] as [(String, String, [String?]?)])
    func perlOrder(pattern: String, text: String, expected: [String?]?) throws {
        #expect(try groups(pattern, text) == expected)
    }

    @Test func placesAreBytes() throws {
        #expect(try LinearRegex("foo$").firstMatch(in: "éfoofoo")?.range == 5..<8)
        #expect(try LinearRegex("o(.)").firstMatch(in: "éfo😀")?.ranges == [3..<8, 4..<8])
    }

    @Test func namesAndCounts() throws {
        let regex = try LinearRegex("(a)(?P<first>b)(?:c)(?<second>d)", dialect: .re2)
        #expect(regex.captureCount == 3)
        #expect(regex.groupNames == ["first": 2, "second": 3])
    }

    @Test func searchFromAnOffsetSeesWhatIsBefore() throws {
        let bytes = Array("foo foo".utf8)
        func first(_ pattern: String, _ offset: Int) throws -> Range<Int>? {
            let regex = try LinearRegex(pattern)
            return bytes.withUnsafeBufferPointer { regex.firstMatch(utf8: $0, from: offset)?.range }
        }
        #expect(try first("foo", 1) == 4..<7)
        #expect(try first("^foo", 1) == nil)
        #expect(try first("^fo+", 1) == nil)
        #expect(try first("\\boo", 1) == nil)
        #expect(try first("o+", 8) == nil)
        #expect(try first("o+", -1) == nil)
    }

    @Test(
        arguments: [
            ("a", "banana", [1..<2, 3..<4, 5..<6]), ("a*", "baac", [0..<0, 1..<3, 4..<4]), ("", "é", [0..<0, 2..<2]),
            ("an|ana", "banana", [1..<3, 3..<5]), ("^a", "aaa", [0..<1]), ("x", "", []),
        ] as [(String, String, [Range<Int>])])
    func allMatches(pattern: String, text: String, expected: [Range<Int>]) throws {
        #expect(try LinearRegex(pattern, dialect: .re2).matches(in: text).map(\.range) == expected)
    }

    @Test func matchesAreLimited() throws {
        #expect(try LinearRegex("a").matches(in: "aaaa", limit: 2).count == 2)
    }
}
