import Foundation
import Testing

@testable import LocalWarehouse

/// The table answers as the system does, across every change of an offset.
@Suite struct OffsetTableTests {
    @Test(arguments: [
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Monrovia",
        "Europe/Moscow",
        "Pacific/Apia", "America/Caracas",
    ])
    func agreesWithTheSystem(_ name: String) throws {
        let zone = try #require(TimeZone(identifier: name))
        let table = OffsetTable(zone)
        // Seven hours and a second apart, so that all times of day come up; forwards and, from the table, again.
        for _ in 0..<2 {
            for seconds in stride(from: Int64(60_000_000), to: 2_000_000_000, by: 25_201 * 11) {
                let expected = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
                #expect(table.offset(at: seconds * 1_000_000) == expected)
            }
        }
    }

    @Test func changesAtTheSecond() throws {
        let table = OffsetTable(try #require(TimeZone(identifier: "Europe/Berlin")))
        // 2024-03-31 01:00:00 UTC
        let change: Int64 = 1_711_846_800_000_000
        #expect(table.offset(at: change - 1) == 3600)
        #expect(table.offset(at: change) == 7200)
        #expect(table.offset(at: change - 1) == 3600)
    }
}
