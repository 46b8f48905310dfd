import AirlockCore
import Testing

@testable import LocalWarehouse

@Suite struct JSONEventReaderTests {
    static func read(_ line: String) throws -> ImportedEvent { try JSONEventReader.read(Array(line.utf8)) }

    @Test func batchExport() throws {
        let event = try Self.read(
            """
            {"uuid":"2ED6657D-E927-568B-95E1-2665A8AEA6A2","event":"buy","timestamp":"2026-01-31 12:30:15.000001",
            "created_at":"2026-01-31T12:30:16Z","distinct_id":"d","person_id":"p","properties":"{\\"a\\":1,\\"$session_id\\":\\"s\\"}",
            "person_properties":{"plan":"pro"},"set":"{\\"x\\":1}","set_once":null,"team_id":1,"elements_chain":""}
            """)
        #expect(event.uuid == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
        #expect(event.timestamp == 1_769_862_615_000_001)
        #expect(event.createdAt == 1_769_862_616_000_000)
        #expect([event.event, event.distinctID, event.personID, event.sessionID] == ["buy", "d", "p", "s"])
        #expect(event.properties["a"] == 1)
        #expect(event.person.properties == ["plan": "pro"])
        #expect(event.person.set == ["x": 1])
        #expect(event.person.setOnce == nil)
    }

    @Test func eventsAPI() throws {
        let event = try Self.read(
            """
            {"id":"2ed6657d-e927-568b-95e1-2665a8aea6a2","event":"e","timestamp":"2026-01-31T12:30:15Z","distinct_id":7,
            "properties":{"$window_id":"w","$groups":{"company":"acme","n":5},"$group_1":"g"},
            "person":{"uuid":"q","is_identified":true,"created_at":"2026-01-01","properties":{"a":null}}}
            """)
        #expect(event.uuid == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
        #expect([event.distinctID, event.personID, event.windowID, event.groups[1]] == ["7", "q", "w", "g"])
        #expect(event.person.isIdentified == true)
        #expect(event.person.createdAt == 1_767_225_600_000_000)
        #expect(event.groupKeys.map(\.type) == ["company", "n"])
    }

    @Test func theSameLineHasTheSameID() throws {
        let line = #"{"event":"e","timestamp":1769862615,"distinct_id":"d"}"#
        let (one, two) = (try Self.read(line), try Self.read(line))
        #expect(one.uuid == two.uuid && NameBasedUUID.canonical(one.uuid) == one.uuid)
        #expect(try Self.read(line + " ").uuid != one.uuid)
        #expect(one.properties.isEmpty && one.personID == nil && one.timestamp == 1_769_862_615_000_000)
    }

    @Test(arguments: [
        ("{", "not JSON"), ("[]", "not an object"), ("null", "not an object"), (#""text""#, "not an object"),
        ("{}", "no 'event'"),
        (#"{"event":"e","distinct_id":"d"}"#, "no 'timestamp'"),
        (#"{"event":"e","timestamp":"2026-01-31"}"#, "no 'distinct_id'"),
        (#"{"event":"","timestamp":"2026-01-31","distinct_id":"d"}"#, "no 'event'"),
        (#"{"event":{},"timestamp":"2026-01-31","distinct_id":"d"}"#, "'event' is not a string"),
        (#"{"event":"e","timestamp":"soon","distinct_id":"d"}"#, "'timestamp' is not a time"),
        (#"{"event":"e","timestamp":true,"distinct_id":"d"}"#, "'timestamp' is not a time"),
        (#"{"event":"e","timestamp":5,"distinct_id":"d"}"#, "'timestamp' is not a time"),
        (#"{"event":"e","timestamp":"2026-01-31","distinct_id":"a\u0000b"}"#, "NUL"),
        (#"{"event":"e","timestamp":"2026-01-31","distinct_id":"d","properties":[]}"#, "'properties'"),
        (#"{"event":"e","timestamp":"2026-01-31","distinct_id":"d","properties":"x"}"#, "'properties'"),
        (#"{"event":"e","timestamp":"2026-01-31","distinct_id":"d","created_at":"x"}"#, "'created_at'"),
        (#"{"event":"e","timestamp":"2026-01-31","distinct_id":"d","person_properties":3}"#, "'person_properties'"),
        (#"{"event":"e","event":"f","timestamp":"2026-01-31","distinct_id":"d"}"#, "not JSON"),
        (String(repeating: "[", count: 100_000), "not JSON"),
    ])
    func refuses(line: String, reason: String) {
        #expect {
            _ = try Self.read(line)
        } throws: {
            ($0 as? Rejection)?.reason.contains(reason) == true
        }
    }
}
