import Foundation
import HostileProbes
import Testing

/// SECURITY.md says what the suite asserts.
@Suite struct SecurityTableTests {
    /// With `AIRLOCK_RECORD` set, the table is written instead.
    @Test func theTableIsTheSuites() throws {
        let root = try #require(#filePath.range(of: "/Tests/HostileTests/")).lowerBound
        let path = #filePath[..<root] + "/SECURITY.md"
        var document = try String(contentsOfFile: String(path), encoding: .utf8)
        let present = try #require(SecurityTable.section(of: document), "SECURITY.md has no place for the table")
        if ProcessInfo.processInfo.environment["AIRLOCK_RECORD"] != nil {
            document = document.replacingOccurrences(of: present, with: SecurityTable.text)
            try document.write(toFile: String(path), atomically: true, encoding: .utf8)
        } else {
            #expect(present == SecurityTable.text, "run this test with AIRLOCK_RECORD=1 to write the table anew")
        }
    }

    @Test func everyItemHasATitleThatATableCanHold() {
        for item in HostileItem.all {
            #expect(!item.title.contains("|") && !item.title.contains("\n"), "\(item.number)")
            #expect(!item.probes.isEmpty, "\(item.number)")
        }
    }
}
