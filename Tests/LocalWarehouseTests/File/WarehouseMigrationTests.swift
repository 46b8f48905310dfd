import AirlockCore
import DriverKit
import GRDB
import Glibc
import Testing

@testable import LocalWarehouse

@Suite struct WarehouseMigrationTests {
    let folder: TemporaryFolder
    var target: String { folder.file("w.db") }

    /// A warehouse as version 1 wrote it.
    init() async throws {
        folder = try TemporaryFolder()
        let input = try folder.write(
            "in.jsonl",
            (0..<6).map { number in
                """
                {"event":"e\(number % 2)","timestamp":"2026-01-0\(number + 1)","distinct_id":"d\(number % 3)",\
                "properties":{"plan":"pro","n":\(number)},"person_properties":{"k":1}}

                """
            }.joined())
        _ = try await WarehouseImport(input: input, target: target).run()
        try await DatabaseQueue(path: target).write { db in
            try db.execute(
                sql: """
                    DROP TABLE cohorts; DROP TABLE cohort_people;
                    CREATE TABLE cohort_people (
                        person_id TEXT NOT NULL, cohort_id INTEGER NOT NULL, PRIMARY KEY (cohort_id, person_id)
                    ) WITHOUT ROWID;
                    DROP TABLE property_statistics; DROP TABLE event_properties;
                    DROP INDEX events_uuid; DROP INDEX person_distinct_ids_person;
                    ALTER TABLE person_distinct_ids DROP COLUMN last_seen;
                    INSERT INTO cohort_people (person_id, cohort_id) SELECT id, 3 FROM persons;
                    CREATE TABLE old (
                        uuid TEXT PRIMARY KEY NOT NULL, event TEXT NOT NULL, timestamp INTEGER NOT NULL,
                        distinct_id TEXT NOT NULL, person_id TEXT NOT NULL, properties TEXT NOT NULL,
                        created_at INTEGER NOT NULL, session_id TEXT, window_id TEXT,
                        group_0 TEXT, group_1 TEXT, group_2 TEXT, group_3 TEXT, group_4 TEXT);
                    INSERT INTO old SELECT uuid, event, timestamp, distinct_id, person_id, properties, created_at,
                        session_id, window_id, group_0, group_1, group_2, group_3, group_4 FROM events;
                    DROP TABLE events; ALTER TABLE old RENAME TO events;
                    PRAGMA user_version = 1;
                    """)
        }
    }

    @Test func opensAndHoldsEverything() async throws {
        let driver = LocalDriver(path: target)
        let fields = try await driver.fields(of: "events")
        #expect(fields.first { $0.name == "properties.plan" }?.description == "On 6 of 6 events: e0, e1")
        #expect(fields.first { $0.name == "properties.plan" }?.example == "pro")
        #expect(fields.first { $0.name == "person.properties.k" }?.description == "On 3 of 3 persons")
        #expect(try await driver.names(of: .cohort) == ["3"])
        let warehouse = try Warehouse.open(at: target)
        defer { warehouse.close() }
        let problems = try await warehouse.info(check: true).problems
        #expect(problems == [], "\(problems ?? [])")
        #expect(
            try await warehouse.read {
                try Int64.fetchAll($0, sql: "SELECT last_seen FROM person_distinct_ids ORDER BY 1")
            }
                == [4, 5, 6].map { 1_767_225_600_000_000 + ($0 - 1) * 86_400_000_000 })
    }

    @Test func takesFurtherEventsAndKnowsTheOldOnes() async throws {
        let input = folder.file("in.jsonl")
        let again = try await WarehouseImport(input: input, target: target).run()
        #expect(again.events == 0 && again.duplicates == 6)
        let more = try folder.write("more.jsonl", #"{"event":"x","timestamp":"2026-02-01","distinct_id":"d0"}"#)
        #expect(try await WarehouseImport(input: more, target: target).run().events == 1)
    }

    @Test func saysWhatToDoWhereItMayNotWrite() throws {
        guard getuid() != 0 else { return }
        chmod(target, 0o400)
        let error = #expect(throws: AirlockError.self) { try Warehouse.open(at: target) }
        #expect(error?.message.contains("older format") == true && error?.hint?.contains("Copy it") == true)
    }
}
