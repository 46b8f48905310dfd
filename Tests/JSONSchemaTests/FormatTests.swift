import AirlockCore
import JSONSchema
import Testing

@Suite struct FormatTests {
    @Test(
        arguments: [
            (
                "date", ["2024-02-29", "2000-02-29", "0000-01-01"],
                [
                    "2023-02-29", "1900-02-29", "2024-2-09", "2024-13-01", "2024-00-01", "2024-01-00", "20240101",
                    "2024-01-01 ", "",
                ]
            ),
            (
                "time", ["08:30:06Z", "08:30:06.1234z", "23:59:60Z", "15:59:60-08:00", "00:29:60-23:30"],
                [
                    "24:00:00Z", "08:30:06", "08:30Z", "08:30:06.Z", "22:59:60Z", "23:59:60+01:00", "08:30:06+24:00",
                    "08:30:06+01", "1২:00:00Z",
                ]
            ),
            (
                "date-time", ["2024-02-29T08:30:06Z", "1998-12-31T15:59:60.123-08:00", "2024-02-29t08:30:06z"],
                [
                    "2024-02-30T08:30:06Z", "2024-02-29 08:30:06Z", "2024-02-29T08:30:06", "2024-02-29",
                    "1998-12-31T23:58:60Z",
                ]
            ),
            (
                "duration", ["P1Y", "P1Y2M3D", "P3DT4H5M6S", "PT5S", "P2W", "PT0S"],
                ["P", "PT", "P1", "P1Y2D", "PT1H5S", "P1YT", "P1W1D", "P1D1Y", "p1D", "P-1D", "P1.5D", "1D"]
            ),
            (
                "email", ["a@b.c", "a.b+c@localhost", "\"a b@\\\"\"@x.y", "a@[127.0.0.1]", "a@[IPv6:::1]"],
                ["a", "@b", "a@", ".a@b", "a..b@c", "a@b_c", "a@-b", "a@[300.0.0.1]", "a b@c", "é@x.y", "\"a@x"]
            ),
            (
                "uuid", ["2EB8AA08-aa98-11ea-b4aa-73b441d16380"],
                [
                    "2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
                    "2eb8aa08-aa98-11ea-b4aa-73b441d1638g", "{2eb8aa08-aa98-11ea-b4aa-73b441d16380}",
                ]
            ),
            (
                "uri",
                [
                    "http://a.b/c?d=e#f", "urn:a:b", "mailto:a@b", "http://[2001:db8::7]:80/", "http://u:p@h:1",
                    "file:///x", "a:", "http://x/%20",
                ],
                [
                    "a", "/a", "//a/b", "http://a b", "1a:b", "http://[::1", "http://h:x", "http://x/%2", "http://x/é",
                    "http://x/<y>", "a:[b]",
                ]
            ),
            (
                "ipv6",
                ["::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "::ffff:1.2.3.4", "1:2:3:4:5:6:7::"],
                [
                    "", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "1.2.3.4",
                    "::1.2.3.4:5", "1:2:3:4:5:6:7:8::", ":1:2:3:4:5:6:7",
                ]
            ),
            ("ipv4", ["0.0.0.0", "255.255.255.255"], ["256.0.0.0", "1.2.3", "01.2.3.4", "1.2.3.4.5", "1.2.3."]),
            ("regex", ["^(a|b)+$", "", "\\p{L}"], ["(", "\\a", "(?=a)", "(a)\\1", "["]),
        ] as [(String, [String], [String])])
    func builtIn(format: String, valid: [String], invalid: [String]) throws {
        let schema = try JSONSchema(["format": .string(format)])
        for text in valid { #expect(schema.isValid(.string(text)), "\(text)") }
        for text in invalid { #expect(!schema.isValid(.string(text)), "\(text)") }
        #expect(schema.isValid(12))
        #expect(schema.isValid(["a": nil]))
    }

    @Test func lookAroundInARegexIsRefusedWithItsReason() throws {
        let problem = try #require(problems(#"{"format":"regex"}"#, #""a(?=b)""#).first)
        #expect(problem.message.contains("look-ahead is not supported: patterns run in linear time"))
        #expect(problem.message.contains("offset 1"))
    }

    @Test func registeredFormatsSeeEveryTypeAndComeFirst() throws {
        var options = JSONSchema.Options()
        options.formats["cohort"] = { value in
            value == 7 ? nil : FormatFault("must be a known cohort", allowed: [7], suggested: 7)
        }
        options.formats["date"] = { _ in nil }
        let schema = try JSONSchema(
            ["properties": ["c": ["format": "cohort"], "d": ["format": "date"]]], options: options)
        #expect(schema.isValid(["c": 7, "d": "never"]))
        #expect(
            schema.problems(in: ["c": 8]) == [
                Problem("format", "must be a known cohort", pointer: "/c", allowed: [7], suggested: 7)
            ])
    }

    @Test func unknownFormatsAreIgnoredOrRefused() {
        #expect(faults(["format": "dat"]) == [])
        var options = JSONSchema.Options()
        options.unknownFormats = .refuse
        let problem = faults(["format": "dat"], options).first
        #expect(problem?.code == "unknown_format")
        #expect(problem?.pointer == "/format")
        #expect(problem?.suggested == "date")
    }

    @Test func assertionCanBeTurnedOff() throws {
        var options = JSONSchema.Options()
        options.assertsFormats = false
        #expect(try JSONSchema(["format": "date"], options: options).isValid("never"))
    }
}
