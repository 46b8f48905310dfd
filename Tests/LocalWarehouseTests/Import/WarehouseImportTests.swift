import AirlockCore
import GRDB
import Testing

@testable import LocalWarehouse

@Suite struct WarehouseImportTests {
    let folder: TemporaryFolder
    var target: String { folder.file("w.db") }

    init() throws { folder = try TemporaryFolder() }

    func line(_ id: Int, event: String = "e", person: String? = nil, time: String? = nil, more: String = "") -> String {
        let uuid = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - String(id).count) + String(id)
        return """
            {"uuid":"\(uuid)","event":"\(event)","timestamp":"\(time ?? "2026-01-01T00:00:\(10 + id % 50)Z")",\
            "distinct_id":"\(person ?? "d\(id % 3)")"\(more)}

            """
    }

    func values(_ sql: String) throws -> [String] {
        let warehouse = try Warehouse.open(at: target)
        defer { warehouse.close() }
        return try warehouse.pool.read { db in
            try Row.fetchAll(db, sql: sql).map { row in
                row.databaseValues.map { $0.isNull ? "NULL" : "\($0.storage.value ?? "")" }.joined(separator: "|")
            }
        }
    }

    @Test func importsCountsAndKeepsBadLinesAside() async throws {
        let input = try folder.write(
            "in.jsonl",
            "not json\n" + line(1) + "\n" + line(2) + line(1) + "{\"event\":\"\u{1B}[31m\"}\n"
                + "{\"event\":1,\"timestamp\":\"x\",\"distinct_id\":\"d\"}\n" + line(3))
        let report = try await WarehouseImport(input: input, target: target).run()
        #expect([report.events, report.duplicates, report.rejected, report.persons] == [3, 1, 3, 3])
        #expect(report.firstRejections.map(\.line) == [1, 6, 7])
        #expect(report.firstRejections[0].quote == "not json")
        #expect(!report.firstRejections[1].quote.unicodeScalars.contains("\u{1B}"))
        #expect(report.rejectedPath == target + ".rejected.jsonl")
        let kept = try folder.read("w.db.rejected.jsonl").split(separator: 0x0A).map { try JSONValue(json: Array($0)) }
        #expect(kept.map { $0["line"] } == [1, 6, 7])
        #expect(kept[0]["text"] == "not json")
        #expect(folder.entries == ["in.jsonl", "w.db", "w.db.rejected.jsonl"])
        #expect(try values("SELECT count(*), min(timestamp) FROM events") == ["3|1767225611000000"])
        #expect(report.inputBytes == (try folder.read("in.jsonl").count))
    }

    @Test func gzipWithSeveralMembersAndPadding() async throws {
        let first = Gzip.member(Array(line(1).utf8) + Array(line(2).utf8.prefix(20)))
        let second = Gzip.member(Array(line(2).utf8.dropFirst(20)))
        let input = try folder.write("in.jsonl.gz", first + second + [0, 0, 0])
        let report = try await WarehouseImport(input: input, target: target).run()
        #expect(report.events == 2 && report.rejected == 0)
    }

    @Test(arguments: ["cut", "flipped", "trailing"])
    func damagedGzipImportsNothing(damage: String) async throws {
        var bytes = Gzip.member(Array((0..<2000).map { line($0) }.joined().utf8))
        switch damage {
        case "cut": bytes.removeLast(100)
        case "flipped": bytes[bytes.count - 6] ^= 0xFF
        default: bytes += Array("rest".utf8)
        }
        let input = try folder.write("in.jsonl.gz", bytes)
        let error = await #expect(throws: AirlockError.self) {
            _ = try await WarehouseImport(input: input, target: target).run()
        }
        #expect(error?.code == .invalidData && error?.hint != nil)
        #expect(folder.entries == ["in.jsonl.gz"])
    }

    @Test func personsFollowFromTheEvents() async throws {
        let input = try folder.write(
            "in.jsonl",
            [
                line(
                    1, person: "a", time: "2026-01-03T00:00:00Z",
                    more: #","person_id":"P","person_properties":{"plan":"pro","x":1}"#),
                line(
                    2, person: "b", time: "2026-01-01T00:00:00Z",
                    more: #","person_id":"P","person_properties":{"plan":"free"}"#),
                line(
                    3, event: "$identify", person: "a", time: "2026-01-04T00:00:00Z",
                    more: #","person_id":"P","properties":{"$set":{"mail":"m"},"$set_once":{"plan":"no","first":2}}"#),
                line(4, person: "c", time: "2026-01-02T00:00:00Z"),
                line(5, person: "b", time: "2026-01-05T00:00:00Z", more: #","person_id":"Q""#),
            ].joined())
        _ = try await WarehouseImport(input: input, target: target).run()
        let other = NameBasedUUID.make(space: NameBasedUUID.persons, name: "c".utf8)
        #expect(
            try values(
                "SELECT id, created_at, properties, is_identified FROM persons WHERE id IN ('P', 'Q') ORDER BY id") == [
                    #"P|1767225600000000|{"plan":"pro","x":1,"first":2,"mail":"m"}|1"#, "Q|1767571200000000|{}|0",
                ])
        #expect(
            try values("SELECT distinct_id, person_id FROM person_distinct_ids ORDER BY 1") == [
                "a|P", "b|Q", "c|\(other)",
            ])
    }

    @Test func anOlderImportOnlyFillsGaps() async throws {
        let first = try folder.write(
            "1.jsonl", line(1, person: "a", time: "2026-01-03T00:00:00Z", more: #","person_properties":{"plan":"pro"}"#)
        )
        let second = try folder.write(
            "2.jsonl",
            line(2, person: "a", time: "2026-01-01T00:00:00Z", more: #","person_properties":{"plan":"free","k":1}"#))
        _ = try await WarehouseImport(input: first, target: target).run()
        let report = try await WarehouseImport(input: second, target: target).run()
        #expect(report.events == 1 && report.persons == 1)
        #expect(
            try values("SELECT created_at, properties FROM persons") == [#"1767225600000000|{"plan":"pro","k":1}"#])
        #expect(folder.entries == ["1.jsonl", "2.jsonl", "w.db"])
    }

    @Test func sessionsFollowFromTheEvents() async throws {
        func hit(_ id: Int, _ event: String, _ second: String, _ session: String, _ properties: String = "") -> String {
            line(
                id, event: event, person: "a", time: "2026-01-01T00:00:\(second)Z",
                more: #","properties":{"$session_id":"\#(session)"\#(properties)}"#)
        }
        let input = try folder.write(
            "in.jsonl",
            [
                hit(1, "$pageview", "20.5", "s1", #","$current_url":"https://b.example/x?q=1#f","utm_source":"late""#),
                hit(
                    2, "$pageview", "10.9", "s1",
                    #","$current_url":"https://u@A.example:8080","utm_source":"ads","$referring_domain":"r.example""#),
                hit(3, "click", "10.1", "s1"), hit(4, "$autocapture", "30", "s2"), hit(5, "server", "40", "s3"),
                hit(6, "$screen", "40", "s4"), hit(7, "x", "50", "s4"),
            ].joined())
        let report = try await WarehouseImport(input: input, target: target).run()
        #expect(report.sessions == 4)
        let columns = """
            session_id, start_timestamp % 60000000, duration, pageview_count, autocapture_count, screen_count,
            entry_current_url, entry_pathname, entry_hostname, end_current_url, end_pathname, entry_referring_domain,
            entry_utm_source, is_bounce
            """
        let expected = [
            "s1|10100000|10|2|0|0|https://u@A.example:8080|/|a.example|https://b.example/x?q=1#f|/x|r.example|ads|0",
            "s2|30000000|0|0|1|0|NULL|NULL|NULL|NULL|NULL|NULL|NULL|1",
            "s3|40000000|0|0|0|0|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
            "s4|40000000|10|0|0|1|NULL|NULL|NULL|NULL|NULL|NULL|NULL|0",
        ]
        #expect(try values("SELECT \(columns) FROM sessions ORDER BY 1") == expected)
        // A later part of a session changes that session and leaves the others.
        let more = try folder.write("more.jsonl", hit(8, "$autocapture", "35", "s2"))
        _ = try await WarehouseImport(input: more, target: target).run()
        #expect(
            try values("SELECT \(columns) FROM sessions ORDER BY 1").enumerated().map {
                $0.offset == 1 ? "" : $0.element
            }
                == expected.enumerated().map { $0.offset == 1 ? "" : $0.element })
        #expect(
            try values("SELECT autocapture_count, duration, is_bounce FROM sessions WHERE session_id = 's2'") == [
                "2|5|0"
            ])
    }

    @Test func groupsFollowFromTheEvents() async throws {
        let input = try folder.write(
            "in.jsonl",
            [
                line(1, more: #","properties":{"$groups":{"company":"acme"}}"#),
                line(
                    2, event: "$groupidentify",
                    more: #","properties":{"$group_type":"company","$group_key":"acme","$group_set":{"seats":5}}"#),
                line(
                    3, event: "$groupidentify",
                    more: #","properties":{"$group_type":"team","$group_key":"t","$group_set":{"a":1}}"#),
                line(
                    4, event: "$groupidentify",
                    more: #","properties":{"$group_type":"company","$group_key":"acme","$group_set":{"name":"Acme"}}"#),
            ].joined())
        _ = try await WarehouseImport(input: input, target: target).run()
        #expect(try values("SELECT group_0, group_1 FROM events WHERE event = 'e'") == ["acme|NULL"])
        #expect(
            try values("SELECT group_type_index, group_key, properties FROM groups") == [
                #"0|acme|{"seats":5,"name":"Acme"}"#, #"1|t|{"a":1}"#,
            ])
        #expect(
            try values("SELECT name FROM property_definitions WHERE scope = 'group' ORDER BY name") == [
                "a", "name", "seats",
            ])
    }

    @Test func definitionsAreDetectedAndGivenOnesWin() async throws {
        let input = try folder.write(
            "in.jsonl",
            line(1, more: #","properties":{"a":1,"b":"x","c":true,"d":"2026-01-01"}"#)
                + line(2, more: #","properties":{"a":"x"}"#))
        let definitions = try PropertyDefinitions(["b": "Numeric"], path: "d")
        _ = try await WarehouseImport(input: input, target: target, definitions: definitions).run()
        #expect(
            try values("SELECT name, type FROM property_definitions ORDER BY name") == [
                "a|Numeric", "b|Numeric", "c|Boolean", "d|DateTime",
            ])
        #expect(try values("SELECT * FROM event_definitions") == ["e|2|1767225611000000|1767225612000000"])
    }

    @Test func csvWithAMapping() async throws {
        let input = try folder.write(
            "orders.csv",
            "date,customer,amount,zip,paid,note\n2026-01-01,c1,19.90,02134,true,\"a, \"\"b\"\"\nc\"\n2026-01-02,c2,5,10115,false,\n"
                + "2026-01-02,c2,5,10115,false,\nsoon,c3,1,1,true,\n2026-01-03,c3\n")
        let map = try ColumnMap(["timestamp=date", "distinct_id=customer", "event='purchase'", "person.zip=zip"])
        let request = WarehouseImport(input: input, target: target, columns: map)
        let report = try await request.run()
        #expect([report.events, report.duplicates, report.rejected] == [3, 0, 2])
        #expect(report.firstRejections.map(\.line) == [6, 7])
        #expect(
            try values("SELECT event, distinct_id, timestamp, properties FROM events ORDER BY rowid LIMIT 2") == [
                #"purchase|c1|1767225600000000|{"amount":"19.90","paid":true,"note":"a, \"b\"\nc"}"#,
                #"purchase|c2|1767312000000000|{"amount":5,"paid":false}"#,
            ])
        #expect(
            try values("SELECT name, type FROM property_definitions WHERE scope = 'event' ORDER BY name") == [
                "amount|Numeric", "note|String", "paid|Boolean",
            ])
        #expect(try values("SELECT properties FROM persons ORDER BY 1") == [#"{"zip":"02134"}"#, #"{"zip":10115}"#])
        // Equal rows are events of their own, and known again when the file comes a second time.
        let again = try await request.run()
        #expect([again.events, again.duplicates, again.rejected] == [0, 3, 2])
        #expect(again.rejectedPath == target + ".rejected-2.jsonl")
    }

    @Test func csvHeaderFaultsNameTheNearest() async throws {
        let input = try folder.write("orders.csv", "datum,customer\n2026-01-01,c1\n")
        let map = try ColumnMap(["timestamp=datu", "distinct_id=customer"])
        let error = await #expect(throws: AirlockError.self) {
            _ = try await WarehouseImport(input: input, target: target, columns: map).run()
        }
        #expect(error?.problems.map(\.code) == ["unknown_column", "missing_target"])
        #expect(error?.problems.first?.suggested == "datum")
        #expect(folder.entries == ["orders.csv"])
    }

    @Test func nothingButBadLinesIsAnErrorAndLeavesNothing() async throws {
        let input = try folder.write("in.txt", String(repeating: "{nonsense\n", count: 3000))
        let error = await #expect(throws: AirlockError.self) {
            _ = try await WarehouseImport(input: input, target: target).run()
        }
        #expect(error?.code == .invalidData && error?.problems.count == 5)
        let empty = try folder.write("empty.jsonl", "\n")
        await #expect(throws: AirlockError.self) { _ = try await WarehouseImport(input: empty, target: target).run() }
        #expect(folder.entries == ["empty.jsonl", "in.txt"])
    }

    @Test(arguments: [false, true])
    func cancellingLeavesTheTargetAsItWas(exists: Bool) async throws {
        let small = try folder.write("small.jsonl", line(9001))
        if exists { _ = try await WarehouseImport(input: small, target: target).run() }
        let before = folder.entries
        let text = "bad\n" + (0..<3000).map { line($0) }.joined()
        let input = try folder.write("in.jsonl", text)
        let cancellation = Cancellation()
        let request = WarehouseImport(input: input, target: target)
        let error = #expect(throws: AirlockError.self) {
            _ = try request.run(cancellation: cancellation) { if $0.events > 500 { cancellation.cancel() } }
        }
        #expect(error?.code == .cancelled)
        #expect(folder.entries == (before + ["in.jsonl"]).sorted())
        if exists { #expect(try values("SELECT count(*) FROM events") == ["1"]) }
    }

    @Test func cancellingWhileFinishing() throws {
        let input = try folder.write("in.jsonl", (0..<600).map { line($0) }.joined())
        let cancellation = Cancellation()
        let error = #expect(throws: AirlockError.self) {
            _ = try WarehouseImport(input: input, target: target).run(cancellation: cancellation) {
                if $0.isFinishing { cancellation.cancel() }
            }
        }
        #expect(error?.code == .cancelled)
        #expect(folder.entries == ["in.jsonl"])
    }

    @Test func leftoversOfAKilledImportAreRemoved() async throws {
        try folder.write("w.db.airlock-tmp-dead", "half a file")
        let living = try TemporaryFile(beside: target)
        #expect(!folder.entries.contains("w.db.airlock-tmp-dead"))
        let input = try folder.write("in.jsonl", line(1))
        _ = try await WarehouseImport(input: input, target: target).run()
        #expect(folder.entries.contains(String(living.path.split(separator: "/").last ?? "")))
        withExtendedLifetime(living) {}
    }

    @Test func aTargetInNoFolderAndAnInputThatIsNone() async throws {
        let input = try folder.write("in.jsonl", line(1))
        for (input, target) in [(input, folder.file("no/w.db")), (folder.file("none"), target), (folder.path, target)] {
            let error = await #expect(throws: AirlockError.self) {
                _ = try await WarehouseImport(input: input, target: target).run()
            }
            #expect(error?.code == .fileFailed && error?.hint != nil)
        }
        #expect(folder.entries == ["in.jsonl"])
    }

    @Test func readersGoOnWhileAnImportAdds() async throws {
        let first = try folder.write("1.jsonl", line(1))
        _ = try await WarehouseImport(input: first, target: target).run()
        let warehouse = try Warehouse.open(at: target)
        let second = try folder.write("2.jsonl", (2..<2000).map { line($0) }.joined())
        _ = try WarehouseImport(input: second, target: target).run(cancellation: Cancellation()) { progress in
            guard progress.events > 0 else { return }
            let seen = try? warehouse.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM events") }
            if seen != 1 { Issue.record("a reader saw \(String(describing: seen)) events in the middle of an import") }
        }
        let info = try await warehouse.info()
        #expect(info.events == 1999)
        warehouse.close()
    }
}
