import AirlockCore
import DriverKit
import Testing

@testable import PostHog

/// What an event may be.
@Suite struct CaptureEventTests {
    private static let now = Duration.seconds(1_800_000_000)

    private func read(_ value: JSONValue) -> (event: CaptureEvent?, problems: [Problem]) {
        var reader = CaptureEventReader(CaptureSettings(), now: Self.now)
        let event = reader.event(value, at: "")
        return (event, reader.problems)
    }

    @Test func aGoodEventIsSentAsItIs() throws {
        let value: JSONValue = [
            "event": "signup", "distinct_id": "ada", "timestamp": "2026-01-31T12:00:00.5+02:00",
            "uuid": "0190B6E7-0000-7000-8000-00000000ABCD",
            "properties": ["plan": "pro", "big": 9_007_199_254_740_993],
            "$set": ["email": "a@example.org"],
        ]
        let (found, problems) = read(value)
        #expect(problems.isEmpty)
        let json = try JSONValue(json: try #require(found).json)
        #expect(found?.uuid == "0190b6e7-0000-7000-8000-00000000abcd")
        #expect(json["timestamp"] == "2026-01-31T12:00:00.5+02:00")
        #expect(json["properties"]?["plan"] == "pro" && json["properties"]?["big"] == value["properties"]?["big"])
        #expect(json["properties"]?["$set"] == ["email": "a@example.org"])
        #expect(json["properties"]?["$lib"] == "airlock" && json["properties"]?["$geoip_disable"] == true)
    }

    @Test func whatIsNotGivenIsChosenOnce() throws {
        let (first, second) = (
            read(["event": "e", "distinct_id": 7]).event, read(["event": "e", "distinct_id": 7]).event
        )
        let json = try JSONValue(json: try #require(first).json)
        #expect(json["distinct_id"] == "7" && json["timestamp"] == "2027-01-15T08:00:00.000Z")
        #expect(first?.uuid != second?.uuid)
        // 1,800,000,000,000 ms, version 7.
        #expect(first?.uuid.hasPrefix("01a3185c-5000-7") == true, "\(first?.uuid ?? "")")
    }

    static let wrong: [(name: String, event: JSONValue, codes: [String])] = [
        ("no object", [1], ["type"]), ("nothing", [:], ["/distinct_id required", "/event required"]),
        ("empty", ["event": " ", "distinct_id": ""], ["/distinct_id empty", "/event empty"]),
        (
            "types", ["event": 1, "distinct_id": 1.5, "properties": [1], "timestamp": 5, "uuid": "x"],
            [
                "/distinct_id required", "/event required", "/properties type", "/timestamp format", "/uuid format",
            ]
        ),
        ("long", ["event": .string(String(repeating: "é", count: 201)), "distinct_id": "d"], ["/event length"]),
        ("control", ["event": "a\u{7}b", "distinct_id": "d\u{0}"], ["/distinct_id control", "/event control"]),
        ("placeholder", ["event": "e", "distinct_id": "NULL"], ["/distinct_id placeholder"]),
        ("merge", ["event": "$merge_dangerously", "distinct_id": "d"], ["/event reserved"]),
        ("alias", ["event": "$create_alias", "distinct_id": "d"], ["/properties/alias required"]),
        (
            "keys", ["event": "e", "distinct_id": "d", "api_key": "phc_x", "token": "t"],
            ["/api_key reserved", "/token reserved"]
        ),
        (
            "token", ["event": "e", "distinct_id": "d", "properties": ["token": "x", "distinct_id": "y"]],
            ["/properties/distinct_id reserved", "/properties/token reserved"]
        ),
        ("unknown", ["event": "e", "distinct_id": "d", "propertys": [:]], ["/propertys unknown_member"]),
        ("no zone", ["event": "e", "distinct_id": "d", "timestamp": "2026-01-31T12:00:00"], ["/timestamp format"]),
        ("no day", ["event": "e", "distinct_id": "d", "timestamp": "2026-02-29T12:00:00Z"], ["/timestamp format"]),
        ("future", ["event": "e", "distinct_id": "d", "timestamp": "2027-01-16T08:00:00Z"], ["/timestamp range"]),
        ("past", ["event": "e", "distinct_id": "d", "timestamp": "1969-12-31T23:59:59Z"], ["/timestamp range"]),
        (
            "zeros", ["event": "e", "distinct_id": "d", "uuid": "00000000-0000-0000-0000-000000000000"],
            ["/uuid format"]
        ),
        ("NUL", ["event": "e", "distinct_id": "d", "properties": ["a": [["b": "\u{0}"]]]], ["/properties/a control"]),
        (
            "large",
            ["event": "e", "distinct_id": "d", "properties": ["a": .string(String(repeating: "x", count: 1 << 20))]],
            ["size"]
        ),
    ]

    @Test(arguments: wrong.indices) func everythingThatIsWrongIsSaidAtOnce(_ index: Int) {
        let (event, problems) = read(Self.wrong[index].event)
        #expect(event == nil)
        let found = problems.map { $0.pointer.isEmpty ? $0.code : "\($0.pointer) \($0.code)" }.sorted()
        #expect(found == Self.wrong[index].codes.sorted(), "\(Self.wrong[index].name): \(problems)")
    }

    /// A file that is read again holds the same events, where they say when they were.
    @Test func aLineWithATimeKeepsItsUUID() throws {
        func uuid(_ line: String, _ number: Int) throws -> String {
            var reader = CaptureEventReader(CaptureSettings(), now: Self.now)
            let event = reader.event(line: Array(line.utf8), number: number)
            return try #require(event).uuid
        }
        let timed = #"{"event":"e","distinct_id":"d","timestamp":"2026-01-31T12:00:00Z"}"#
        #expect(try uuid(timed, 3) == uuid(timed, 3))
        #expect(try uuid(timed, 3) != uuid(timed, 4), "the same line twice is two events")
        #expect(try Array(uuid(timed, 3))[14] == "5")
        let untimed = #"{"event":"e","distinct_id":"d"}"#
        #expect(try uuid(untimed, 3) != uuid(untimed, 3))
        #expect(try Array(uuid(untimed, 3))[14] == "7")
    }

    @Test func aLineThatIsNoEventIsNamedByItsNumber() {
        var reader = CaptureEventReader(CaptureSettings(), now: Self.now)
        for (number, line) in ["{", "[]", #"{"event":"e","event":"f"}"#, "\u{FF}"].enumerated() {
            #expect(reader.event(line: Array(line.utf8), number: number + 1) == nil)
        }
        #expect(reader.takeProblems().map(\.line) == [1, 2, 3, 4])
        #expect(reader.problems.isEmpty)
    }

    @Test func timesAreReadToTheMicrosecond() {
        let cases: [(String, Int64?)] = [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59.123456Z", 951_868_799_123_456),
            ("2026-01-31T12:00:00+02:00", 1_769_853_600_000_000), ("2026-01-31t12:00:00z", 1_769_860_800_000_000),
            ("2026-01-31 12:00:00-0530", 1_769_880_600_000_000), ("2026-13-01T00:00:00Z", nil),
            ("2026-01-31T24:00:00Z", nil), ("2026-01-31T12:00:00.Z", nil), ("2026-01-31T12:00:00+2:00", nil),
            ("2026-01-31T12:00:00Zx", nil), ("2026-01-31", nil), ("", nil), ("-026-01-31T12:00:00Z", nil),
        ]
        for (text, micros) in cases { #expect(EventTime.micros(text) == micros, "\(text)") }
        #expect(EventTime.text(.milliseconds(951_868_799_123)) == "2000-02-29T23:59:59.123Z")
    }

    @Test func settingsThatMakeNoSenseAreNamed() {
        var settings = CaptureSettings()
        #expect(settings.problems().isEmpty)
        settings.spool = "relative"
        settings.maxBatchEvents = 0
        settings.maxEventSize = .mebibytes(2)
        #expect(settings.problems(under: "/c").map(\.pointer) == ["/c/spool", "/c/maxEventSize", "/c/maxBatchEvents"])
    }
}
