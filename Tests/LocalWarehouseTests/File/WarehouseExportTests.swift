import AirlockCore
import GRDB
import Testing

@testable import LocalWarehouse

@Suite struct WarehouseExportTests {
    @Test func whatIsExportedImportsAsTheSame() async throws {
        let folder = try TemporaryFolder()
        let input = try folder.write(
            "in.jsonl",
            """
            {"event":"a","timestamp":"2026-01-01T00:00:00.000001Z","distinct_id":"d \\"1\\"","properties":{"x":[1,{"y":null}],"é":"\\u0001"}}
            {"event":"$identify","timestamp":"2026-01-02","distinct_id":"e","person_id":"p","person_properties":{"k":1},"$session_id":"s"}
            {"event":"b","timestamp":"2026-01-03","distinct_id":"e","person_id":"p","created_at":"2026-01-04","properties":{"$group_2":"g"}}
            """)
        let (first, second) = (folder.file("1.db"), folder.file("2.db"))
        _ = try await WarehouseImport(input: input, target: first).run()
        let warehouse = try Warehouse.open(at: first)
        #expect(try await warehouse.exportEvents(to: folder.file("out.jsonl")) == 3)
        let report = try await WarehouseImport(input: folder.file("out.jsonl"), target: second).run()
        #expect(report.rejected == 0)
        let copy = try Warehouse.open(at: second)
        for table in WarehouseTables.names where table != "meta" {
            let sql = "SELECT * FROM \(table) ORDER BY 1, 2"
            let rows = try await warehouse.read { try Row.fetchAll($0, sql: sql).map(\.description) }
            let copied = try await copy.read { try Row.fetchAll($0, sql: sql).map(\.description) }
            #expect(rows == copied, "\(table)")
        }
        let filter = EventFilter(events: ["a", "b"], from: 1_767_225_600_000_002, before: nil)
        #expect(try await warehouse.exportEvents(to: folder.file("b.jsonl"), filter: filter) == 1)
        await #expect(throws: AirlockError.self) {
            _ = try await warehouse.exportEvents(to: folder.file("no/out.jsonl"))
        }
        warehouse.close()
        copy.close()
        #expect(folder.entries == ["1.db", "2.db", "b.jsonl", "in.jsonl", "out.jsonl"])
    }
}
