import AirlockCore
import GRDB
import Testing

@testable import LocalWarehouse

/// Persons, sessions and counts must not depend on how the events came in.
@Suite struct DerivationTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let tables = [
        "events": "uuid, event, timestamp, distinct_id, person_id, session_id, properties",
        "persons": "id, created_at, properties, is_identified", "person_distinct_ids": "*", "sessions": "*",
        "event_definitions": "*", "event_properties": "*", "property_definitions": "*",
        "property_statistics": "scope, name, count",
    ]

    func dump(_ name: String) throws -> [String] {
        let warehouse = try Warehouse.open(at: folder.file(name))
        defer { warehouse.close() }
        return try warehouse.pool.read { db in
            try Self.tables.sorted { $0.key < $1.key }.flatMap { table, columns in
                try Row.fetchAll(db, sql: "SELECT \(columns) FROM \(table) ORDER BY 1, 2").map { "\(table): \($0)" }
            }
        }
    }

    /// Visits of six people, each event with a time of its own.
    static let lines: [String] = (0..<120).map { number in
        let (minute, second) = (number / 60, number % 60)
        let kind = ["$pageview", "$autocapture", "buy", "$screen"][number % 4]
        return """
            {"uuid":"00000000-0000-4000-8000-\(String(1_000_000_000_000 + number).dropFirst())","event":"\(kind)",\
            "timestamp":"2026-01-01T00:0\(minute):\(second < 10 ? "0" : "")\(second)Z","distinct_id":"d\(number % 6)",\
            "properties":{"$session_id":"s\(number % 6)-\(number / 50)","n":\(number),\
            "$current_url":\(number % 3 == 0 ? "\"https://a.example/\(number)\"" : "null")}}

            """
    }

    func load(_ pieces: [[String]], to name: String) async throws -> ImportReport {
        var last = ImportReport()
        for (index, piece) in pieces.enumerated() {
            let input = try folder.write("\(name)-\(index).jsonl", piece.joined())
            last = try await WarehouseImport(input: input, target: folder.file(name)).run()
        }
        return last
    }

    @Test func theOrderOfTheFileAndItsPartsDoNotMatter() async throws {
        _ = try await load([Self.lines], to: "whole.db")
        let whole = try dump("whole.db")
        _ = try await load([Self.lines.reversed()], to: "back.db")
        #expect(try dump("back.db") == whole)
        let odd = stride(from: 1, to: Self.lines.count, by: 2).map { Self.lines[$0] }
        let even = stride(from: 0, to: Self.lines.count, by: 2).map { Self.lines[$0] }
        _ = try await load([odd, Array(even.prefix(20)), Array(even.dropFirst(20))], to: "parts.db")
        #expect(try dump("parts.db") == whole)
    }

    @Test func eventsThatComeTwiceCountOnce() async throws {
        _ = try await load([Self.lines], to: "once.db")
        // Of two events of one uuid the first stays; the second says something else, which nothing may follow from.
        let changed = Self.lines[7].replacing("\"d1\"", with: "\"other\"").replacing("\"s1-0\"", with: "\"t\"")
            .replacing("\"n\":7", with: "\"m\":7,\"$set\":{\"wrong\":1}")
        let report = try await load([Self.lines + [changed] + Self.lines.prefix(30)], to: "twice.db")
        #expect(report.events == 120 && report.duplicates == 31)
        #expect(try dump("twice.db") == dump("once.db"))
        let again = try await load([[changed] + Self.lines], to: "once.db")
        #expect(again.events == 0 && again.duplicates == 121)
        #expect(try dump("twice.db") == dump("once.db"))
    }

    @Test func equalRowsOfATableAreEventsOfTheirOwn() async throws {
        let rows = "timestamp,distinct_id,event,n\n" + String(repeating: "2026-01-01,a,buy,1\n", count: 5)
        let input = try folder.write("rows.csv", rows)
        let first = try await WarehouseImport(input: input, target: folder.file("rows.db")).run()
        #expect(first.events == 5 && first.duplicates == 0)
        let uuids = try dump("rows.db").filter { $0.hasPrefix("events") }
        let again = try await WarehouseImport(input: input, target: folder.file("rows.db")).run()
        #expect(again.events == 0 && again.duplicates == 5)
        #expect(try dump("rows.db").filter { $0.hasPrefix("events") } == uuids)
        let longer = try folder.write("longer.csv", rows + "2026-01-01,a,buy,1\n")
        #expect(try await WarehouseImport(input: longer, target: folder.file("rows.db")).run().events == 1)
    }

    /// Events of one session, each `name@second`, and what follows: duration, page views, clicks, screens, bounce.
    static let sessions: [(events: [String], expected: String)] = [
        (["a@0"], "0|0|0|0|NULL"), (["$pageview@0"], "0|1|0|0|1"), (["$screen@1", "x@10"], "9|0|0|1|1"),
        (["$screen@1", "x@11"], "10|0|0|1|0"), (["$pageview@0", "$pageview@1"], "1|2|0|0|0"),
        (["$pageview@0", "$autocapture@1"], "1|1|1|0|0"), (["x@0", "y@30"], "30|0|0|0|NULL"),
        (["$pageview@0.9", "x@10.0"], "10|1|0|0|0"), (["$pageview@0.1", "x@9.9"], "9|1|0|0|1"),
    ]

    @Test(arguments: sessions) func bounces(events: [String], expected: String) async throws {
        let lines = events.enumerated().map { index, event in
            let parts = event.split(separator: "@").map(String.init)
            let second = parts[1].split(separator: ".")[0].count == 1 ? "0" + parts[1] : parts[1]
            return """
                {"event":"\(parts[0])","timestamp":"2026-01-01T00:00:\(second)Z","distinct_id":"d",\
                "properties":{"$session_id":"s","i":\(index)}}

                """
        }
        _ = try await load([lines], to: "s.db")
        let warehouse = try Warehouse.open(at: folder.file("s.db"))
        defer { warehouse.close() }
        let row = try await warehouse.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT duration || '|' || pageview_count || '|' || autocapture_count || '|' || screen_count || '|'
                        || coalesce(is_bounce, 'NULL') FROM sessions
                    """
            ).map { $0[0] as String }
        }
        #expect(row == [expected])
    }

    @Test func anOlderEventDoesNotTakeADistinctIDBack() async throws {
        func line(_ day: Int, _ person: String) -> String {
            #"{"event":"e","timestamp":"2026-01-0\#(day)","distinct_id":"d","person_id":"\#(person)"}"# + "\n"
        }
        _ = try await load([[line(5, "NEW")], [line(1, "OLD")]], to: "d.db")
        let owner = try dump("d.db").filter { $0.hasPrefix("person_distinct_ids") }
        #expect(owner.count == 1 && owner[0].contains("NEW"))
    }

    @Test func propertiesAreCountedByEvent() async throws {
        _ = try await load([Self.lines], to: "p.db")
        let rows = try dump("p.db")
        #expect(rows.contains { $0.hasPrefix("event_properties") && $0.contains("\"buy\"") && $0.contains("count:30") })
        #expect(
            rows.contains { $0.hasPrefix("property_statistics") && $0.contains("\"n\"") && $0.contains("count:120") })
    }
}

/// A person's properties in exports, which repeat them with each event.
@Suite struct RepeatedPropertiesTests {
    /// The texts by second, in the order of the file; the last in time stays.
    static let cases: [(file: [(Int, String)], expected: String)] = [
        ([(1, "A"), (2, "A"), (3, "A")], "A"), ([(5, "A"), (9, "A"), (7, "B")], "A"),
        ([(7, "B"), (5, "A"), (9, "A")], "A"),
        ([(5, "A"), (3, "A"), (4, "B")], "A"), ([(5, "A"), (6, "A"), (8, "B"), (7, "A")], "B"),
        ([(1, "A"), (2, "B"), (3, "A"), (4, "B"), (5, "A")], "A"),
    ]

    @Test(arguments: cases) func theLastInTimeStays(file: [(Int, String)], expected: String) async throws {
        let folder = try TemporaryFolder()
        let lines = file.map { second, text in
            """
            {"event":"e","timestamp":"2026-01-01T00:00:0\(second)Z","distinct_id":"d",\
            "person_properties":{"text":"\(text)"}}

            """
        }
        // At once, and event by event.
        for parts in [[lines.joined()], lines] {
            let target = folder.file("w\(parts.count == 1 ? 1 : 2).db")
            for part in parts {
                _ = try await WarehouseImport(input: try folder.write("in.jsonl", part), target: target).run()
            }
            let warehouse = try Warehouse.open(at: target)
            defer { warehouse.close() }
            let properties = try await warehouse.read { try String.fetchAll($0, sql: "SELECT properties FROM persons") }
            #expect(properties == ["{\"text\":\"\(expected)\"}"])
        }
    }
}
