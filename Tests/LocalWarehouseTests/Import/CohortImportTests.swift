import AirlockCore
import DriverKit
import GRDB
import Testing

@testable import LocalWarehouse

@Suite struct CohortImportTests {
    let folder: TemporaryFolder
    var target: String { folder.file("w.db") }

    init() async throws {
        folder = try TemporaryFolder()
        let events = (0..<5).map {
            #"{"event":"e","timestamp":"2026-01-0\#($0 + 1)","distinct_id":"d\#($0)","person_id":"P\#($0)"}"# + "\n"
        }
        let input = try folder.write("in.jsonl", events.joined())
        _ = try await WarehouseImport(input: input, target: target).run()
    }

    func members() throws -> [String] {
        let warehouse = try Warehouse.open(at: target)
        defer { warehouse.close() }
        return try warehouse.pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT cohorts.id, name, count, group_concat(person_id) FROM cohorts
                    LEFT JOIN (SELECT * FROM cohort_people ORDER BY person_id) AS people ON people.cohort_id = cohorts.id
                    GROUP BY cohorts.id ORDER BY cohorts.id
                    """
            ).map { row in
                "\(row[0] as Int)|\(row[1] as String)|\(row[2] as Int)|\(row[3] as String? ?? "")"
            }
        }
    }

    static let files: [(name: String, text: String)] = [
        (
            "c.jsonl",
            """
            {"id":7,"name":"Pilots","distinct_ids":["d0","d1","none"],"person_ids":["P2","P0"]}
            {"name":"Others","distinct_ids":["d3"]}

            """
        ),
        (
            "members.jsonl",
            """
            {"cohort_id":7,"cohort_name":"Pilots","distinct_id":"d0"}
            {"cohort_id":"7","distinct_id":"d1"}
            {"cohort_id":7,"person_id":"P2"}
            {"cohort_id":7,"distinct_id":"none"}
            {"cohort_name":"Others","person_id":"P3"}

            """
        ),
        (
            "c.csv",
            """
            cohort_id,cohort_name,distinct_id,person_id
            7,Pilots,d0,
            7,Pilots,d1,
            7,,,P2
            7,Pilots,none,
            ,Others,d3,
            """
        ),
    ]

    @Test(arguments: files) func readsEachShape(name: String, text: String) async throws {
        let report = try await CohortImport(input: try folder.write(name, text), target: target).run()
        #expect(report.cohorts.map(\.id) == [7, 8] && report.cohorts.map(\.count) == [3, 1])
        #expect(report.unknownMembers == 1 && report.firstUnknown == ["none"])
        #expect(try members() == ["7|Pilots|3|P0,P1,P2", "8|Others|1|P3"])
    }

    @Test func anotherImportReplacesTheMembersOfTheCohortsItNames() async throws {
        _ = try await CohortImport(input: try folder.write("1.jsonl", Self.files[0].text), target: target).run()
        let next = try folder.write("2.jsonl", #"{"name":"Pilots","distinct_ids":["d4"]}"#)
        _ = try await CohortImport(input: next, target: target).run()
        #expect(try members() == ["7|Pilots|1|P4", "8|Others|1|P3"])
        let empty = try folder.write("3.jsonl", #"{"id":8,"name":"Nobody","distinct_ids":[]}"#)
        _ = try await CohortImport(input: empty, target: target).run()
        #expect(try members() == ["7|Pilots|1|P4", "8|Nobody|0|"])
    }

    @Test(arguments: [
        ("{", "not JSON"), ("[]", "not an object"), (#"{"distinct_ids":["a"]}"#, "which cohort"),
        (#"{"id":0,"distinct_ids":["a"]}"#, "whole number"), (#"{"id":1.5,"distinct_ids":["a"]}"#, "whole number"),
        (#"{"id":1}"#, "no 'distinct_ids'"), (#"{"id":1,"distinct_ids":[null]}"#, "empty id"),
        (#"{"id":1,"distinct_ids":[{}]}"#, "not a string"),
    ])
    func aWrongLineImportsNothing(line: String, reason: String) async throws {
        let input = try folder.write("c.jsonl", #"{"id":1,"distinct_ids":["d0"]}"# + "\n" + line + "\n")
        let error = await #expect(throws: AirlockError.self) {
            _ = try await CohortImport(input: input, target: target).run()
        }
        #expect(error?.problems.first?.line == 2)
        #expect(error?.problems.first?.message.contains(reason) == true, "\(String(describing: error))")
        #expect(try members() == [])
    }

    @Test func faultsOfCSVAndOfTheTarget() async throws {
        for text in [
            "a,b\n1,2\n", "cohort_id,distinct_id\n1\n", "cohort_id,distinct_id\n,d0\n", "cohort_id,distinct_id\n1,\n",
        ] {
            let input = try folder.write("c.csv", text)
            let error = await #expect(throws: AirlockError.self) {
                _ = try await CohortImport(input: input, target: target).run()
            }
            #expect(error?.code == .invalidData && error?.hint != nil)
        }
        let input = try folder.write("c.jsonl", Self.files[0].text)
        let error = await #expect(throws: AirlockError.self) {
            _ = try await CohortImport(input: input, target: folder.file("none.db")).run()
        }
        #expect(error?.code == .fileFailed)
    }

    @Test func theDriverTellsOfThem() async throws {
        let driver = LocalDriver(path: target)
        #expect(try await driver.listObjects().first { $0.name == "cohorts" }?.available == false)
        _ = try await CohortImport(input: try folder.write("c.jsonl", Self.files[0].text), target: target).run()
        let cohorts = try await driver.listObjects().first { $0.name == "cohorts" }
        #expect(cohorts?.available == true && cohorts?.description.hasPrefix("2 cohorts") == true)
        #expect(try await driver.names(of: .cohort) == ["7", "8"])
    }

    @Test func aMergeMovesMembers() async throws {
        _ = try await CohortImport(
            input: try folder.write("c.jsonl", #"{"id":1,"distinct_ids":["d0","d1"]}"#), target: target
        ).run()
        let merge = try folder.write(
            "m.jsonl",
            #"{"event":"$merge_dangerously","timestamp":"2026-02-01","distinct_id":"d1","properties":{"alias":"d0"}}"#)
        _ = try await WarehouseImport(input: merge, target: target).run()
        #expect(try members() == ["1|Cohort 1|1|P1"])
    }
}
