import AirlockCore
import GRDB
import Testing

@testable import LocalWarehouse

@Suite struct PersonMergeTests {
    let folder: TemporaryFolder
    var target: String { folder.file("w.db") }

    init() throws { folder = try TemporaryFolder() }

    static func id(_ distinctID: String) -> String {
        NameBasedUUID.make(space: NameBasedUUID.persons, name: distinctID.utf8)
    }

    /// An event of the `second`-th second.
    static func line(_ second: Int, _ event: String, _ distinctID: String, _ properties: String = "{}") -> String {
        let digits = second < 10 ? "0\(second)" : "\(second)"
        return """
            {"event":"\(event)","timestamp":"2026-01-01T00:00:\(digits)Z","distinct_id":"\(distinctID)",\
            "properties":\(properties)}

            """
    }

    func run(_ lines: [String]) async throws -> ImportReport {
        let input = try folder.write("in.jsonl", lines.joined())
        return try await WarehouseImport(input: input, target: target).run()
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

    /// Each distinct id with that of the person it belongs to, by the name-based ids of `names`.
    func owners(_ names: [String]) throws -> [String: String] {
        var owners: [String: String] = [:]
        for row in try values("SELECT distinct_id || '=' || person_id FROM person_distinct_ids") {
            let parts = row.split(separator: "=", maxSplits: 1).map(String.init)
            owners[parts[0]] = names.first { Self.id($0) == parts[1] } ?? parts[1]
        }
        return owners
    }

    @Test func identifyTakesTheAnonymousPersonIn() async throws {
        let report = try await run([
            Self.line(1, "$pageview", "anon", #"{"$session_id":"s","$set_once":{"source":"ads"}}"#),
            Self.line(
                2, "$identify", "ann", #"{"$anon_distinct_id":"anon","$set":{"mail":"m"},"$set_once":{"source":"x"}}"#),
            Self.line(3, "buy", "ann"), Self.line(4, "late", "anon", #"{"$session_id":"s"}"#),
        ])
        #expect(report.persons == 1 && report.refusedMerges == 0)
        #expect(try owners(["ann", "anon"]) == ["ann": "ann", "anon": "ann"])
        #expect(try values("SELECT DISTINCT person_id FROM events") == [Self.id("ann")])
        #expect(
            try values("SELECT id, created_at, properties, is_identified FROM persons") == [
                #"\#(Self.id("ann"))|1767225601000000|{"source":"ads","mail":"m"}|1"#
            ])
        #expect(try values("SELECT session_id, person_id FROM sessions") == ["s|\(Self.id("ann"))"])
        // What comes later belongs to the person that is left.
        let more = try folder.write("more.jsonl", Self.line(5, "again", "anon"))
        let second = try await WarehouseImport(input: more, target: target).run()
        #expect(second.persons == 1)
        #expect(try values("SELECT count(DISTINCT person_id) FROM events") == ["1"])
    }

    @Test func theIdentifiedPersonKeepsWhatBothHave() async throws {
        _ = try await run([
            Self.line(1, "a", "ann", #"{"$set":{"plan":"pro"}}"#),
            Self.line(2, "a", "anon", #"{"$set":{"plan":"free","theme":"dark"}}"#),
            Self.line(3, "$identify", "ann", #"{"$anon_distinct_id":"anon"}"#),
            Self.line(4, "a", "anon", #"{"$set":{"theme":"light"},"$unset":["gone"]}"#),
        ])
        #expect(try values("SELECT properties FROM persons") == [#"{"plan":"pro","theme":"light"}"#])
    }

    @Test func anIdentifiedPersonIsNotTakenInExceptDangerously() async throws {
        let wish = #"{"alias":"bob"}"#
        let identified = [
            Self.line(1, "$identify", "bob", #"{"$anon_distinct_id":"b1"}"#), Self.line(2, "a", "ann"),
        ]
        let report = try await run(identified + [Self.line(3, "$create_alias", "ann", wish)])
        #expect(report.refusedMerges == 1 && report.persons == 2)
        #expect(try owners(["ann", "bob"]) == ["ann": "ann", "bob": "bob", "b1": "bob"])
        let more = try folder.write("more.jsonl", Self.line(4, "$merge_dangerously", "ann", wish))
        let second = try await WarehouseImport(input: more, target: target).run()
        #expect(second.refusedMerges == 0 && second.persons == 1)
        #expect(try owners(["ann", "bob"]) == ["ann": "ann", "bob": "ann", "b1": "ann"])
        #expect(try values("SELECT count(DISTINCT person_id) FROM events") == ["1"])
    }

    @Test func theOrderIsThatOfTimeNotOfTheFile() async throws {
        let lines = [
            Self.line(1, "a", "x"), Self.line(2, "$create_alias", "y", #"{"alias":"x"}"#),
            Self.line(3, "$create_alias", "z", #"{"alias":"y"}"#),
        ]
        let forward = try await run(lines)
        let seen = try values("SELECT distinct_id, person_id FROM person_distinct_ids ORDER BY 1")
        // y is identified by taking x in, so z may not take it in.
        #expect(forward.refusedMerges == 1)
        let other = try folder.write("back.jsonl", lines.reversed().joined())
        let backward = try await WarehouseImport(input: other, target: folder.file("back.db")).run()
        #expect(backward.refusedMerges == 1 && backward.persons == forward.persons)
        let warehouse = try Warehouse.open(at: folder.file("back.db"))
        defer { warehouse.close() }
        let again = try await warehouse.read { db in
            try Row.fetchAll(db, sql: "SELECT distinct_id, person_id FROM person_distinct_ids ORDER BY 1")
                .map { "\($0[0] as String)|\($0[1] as String)" }
        }
        #expect(again == seen)
    }

    @Test func aChainOfMergesEndsInOnePerson() async throws {
        let count = 50
        let report = try await run(
            (0...count).map { Self.line($0, "a", "p\($0)", #"{"$set":{"k\#($0)":1}}"#) }
                + (0..<count).map {
                    Self.line($0 + 5, "$merge_dangerously", "p\($0 + 1)", #"{"alias":"p\#($0)"}"#)
                })
        #expect(report.persons == 1)
        #expect(try values("SELECT DISTINCT person_id FROM events") == [Self.id("p\(count)")])
        #expect(try values("SELECT count(*) FROM persons, json_each(persons.properties)") == ["\(count + 1)"])
        #expect(
            try values("SELECT sum(count) FROM property_statistics WHERE scope = 'person'") == ["\(count + 1)"])
    }

    @Test(arguments: [
        ("$identify", #"{"$anon_distinct_id":"anonymous"}"#), ("$create_alias", #"{"alias":"null"}"#),
        ("$create_alias", #"{"alias":"'None'"}"#), ("$identify", #"{"$anon_distinct_id":"ann"}"#),
        ("$create_alias", "{}"), ("other", #"{"alias":"bob"}"#),
    ])
    func idsFromMistakesAreLeftAlone(event: String, properties: String) async throws {
        let report = try await run([
            Self.line(1, "a", "anonymous"), Self.line(1, "a", "null"), Self.line(1, "a", "'None'"),
            Self.line(1, "a", "bob"),
            Self.line(2, event, "ann", properties),
        ])
        #expect(report.persons == 5 && report.refusedMerges == 0)
    }

    @Test func whereTheFileNamesPersonsItIsRight() async throws {
        let input = try folder.write(
            "in.jsonl",
            """
            {"event":"a","timestamp":"2026-01-01","distinct_id":"anon","person_id":"P"}
            {"event":"$identify","timestamp":"2026-01-02","distinct_id":"ann","person_id":"Q","properties":{"$anon_distinct_id":"anon"}}

            """)
        let report = try await WarehouseImport(input: input, target: target).run()
        #expect(report.persons == 2)
        #expect(try values("SELECT id, is_identified FROM persons ORDER BY id") == ["P|0", "Q|1"])
    }

    @Test func aDistinctIDWithoutEventsIsAttached() async throws {
        _ = try await run([Self.line(1, "$create_alias", "ann", #"{"alias":"never-seen"}"#)])
        #expect(try owners(["ann"]) == ["ann": "ann", "never-seen": "ann"])
    }
}
