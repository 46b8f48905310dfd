import AirlockCore
import DriverKit
import Testing

@testable import LocalWarehouse

@Suite struct LocalDriverTests {
    let folder: TemporaryFolder
    let driver: LocalDriver

    init() async throws {
        folder = try TemporaryFolder()
        let input = try folder.write(
            "in.jsonl",
            (0..<20).map { number in
                """
                {"event":"\(number < 15 ? "view" : "buy")","timestamp":"2026-01-01T00:00:\(10 + number)Z",\
                "distinct_id":"d\(number % 2)","properties":{"plan":"pro","amount":\(number % 2 + 5),"secret":"s\(number)",\
                "odd name":true},"person_properties":{"mail":"m\(number % 2)"}}

                """
            }.joined())
        _ = try await WarehouseImport(input: input, target: folder.file("w.db")).run()
        driver = LocalDriver(path: folder.file("w.db"))
    }

    @Test func makingOneOpensNothing() async throws {
        let driver = LocalDriver(path: folder.file("none.db"))
        let error = await #expect(throws: AirlockError.self) { _ = try await driver.listObjects() }
        #expect(error?.code == .fileFailed)
        #expect(!folder.entries.contains("none.db"))
    }

    @Test func preparesOnceAndTriesAgainAfterAFailure() async throws {
        let calls = Calls()
        let path = folder.file("w.db")
        let driver = LocalDriver(path: path) { () async throws(AirlockError) in
            if await calls.count() == 1 { throw AirlockError(.fileFailed, "not yet") }
        }
        await #expect(throws: AirlockError.self) { _ = try await driver.listObjects() }
        async let one = driver.names(of: .event)
        async let two = driver.names(of: .event)
        #expect(try await one == two)
        #expect(await calls.total == 2)
    }

    actor Calls {
        private(set) var total = 0

        func count() -> Int {
            total += 1
            return total
        }
    }

    @Test func objects() async throws {
        let objects = try await driver.listObjects()
        #expect(
            objects.map(\.name) == [
                "events", "insights", "persons", "cohorts", "feature_flags", "sessions", "annotations", "experiments",
            ])
        #expect(objects.filter(\.available).map(\.name) == ["events", "persons", "sessions"])
        #expect(objects.filter(\.queryable).map(\.name) == ["events", "persons", "sessions"])
        #expect(
            objects[0].description.hasPrefix("20 events of 2 names") && objects[2].description.hasPrefix("2 persons"))
    }

    @Test func fields() async throws {
        let fields = try await driver.fields(of: "events")
        let byName = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0) })
        #expect(fields.first?.name == "uuid")
        #expect(byName["properties.amount"]?.type == "Numeric")
        #expect(byName["properties.`odd name`"]?.type == "Boolean")
        #expect(byName["person.properties.mail"]?.type == "String")
        #expect(byName["properties.plan"]?.example == "pro")
        #expect(byName["properties.plan"]?.description == "On 20 of 20 events: view, buy")
        #expect(byName["person.properties.mail"]?.description == "On 2 of 2 persons")
        #expect(byName["event"]?.description == "Name of the event; 2 names: view (15), buy (5)")
        // Each of these values is one person's.
        #expect(byName["properties.secret"]?.example == nil && byName["properties.amount"]?.example == nil)
        #expect(byName["person.properties.mail"]?.example == nil)
        #expect(try await driver.fields(of: "persons").map(\.name).contains("properties.mail"))
        for object in ["sessions", "cohorts", "person_distinct_ids", "groups"] {
            #expect(try await !driver.fields(of: object).isEmpty, "\(object)")
        }
        for field in fields where !field.name.contains("properties.") {
            #expect(!field.description.isEmpty, "\(field.name)")
        }
    }

    @Test(arguments: [("event", "'events'"), ("insights", "no insights"), ("sesions", "'sessions'")])
    func unknownObjects(name: String, part: String) async {
        let error = await #expect(throws: AirlockError.self) { _ = try await driver.fields(of: name) }
        #expect(error?.code == .unknownObject)
        #expect(error?.description.contains(part) == true)
    }

    @Test func names() async throws {
        #expect(try await driver.names(of: .event) == ["view", "buy"])
        #expect(try await driver.names(of: .property) == ["amount", "mail", "odd name", "plan", "secret"])
        #expect(try await driver.names(of: .cohort) == [])
        #expect(try await driver.names(of: .table).contains("events"))
    }

    @Test func queries() async throws {
        let query = try await driver.prepare(
            "SELECT event, count() AS n FROM events GROUP BY event ORDER BY n DESC LIMIT {rows}", values: ["rows": 1])
        let reply = try await query.run(QueryOptions())
        #expect(reply.table.columns == ["event", "n"])
        #expect(reply.table.rows == [["view", 15]])
        let all = try await driver.prepare("SELECT uuid FROM events LIMIT 20", values: [:])
        let cut = try await all.run(QueryOptions(maxRows: 7))
        #expect(cut.table.rows.count == 7 && cut.cutBy == .quota)
    }

    @Test func seesWhatAnImportAdds() async throws {
        let sql = "SELECT count() FROM events"
        #expect(try await driver.prepare(sql, values: [:]).run(QueryOptions()).table.rows == [[20]])
        let more = try folder.write(
            "more.jsonl", #"{"event":"x","timestamp":"2026-01-02","distinct_id":"d","properties":{"fresh":1}}"#)
        _ = try await WarehouseImport(input: more, target: folder.file("w.db")).run()
        #expect(try await driver.prepare(sql, values: [:]).run(QueryOptions()).table.rows == [[21]])
        #expect(try await driver.names(of: .property).contains("fresh"))
    }
}
