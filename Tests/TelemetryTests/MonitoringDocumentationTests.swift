import Foundation
import Telemetry
import Testing

/// docs/monitoring.md says what the code measures.
@Suite struct MonitoringDocumentationTests {
    static func document() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/monitoring.md"), encoding: .utf8)
    }

    @Test func everyMetricIsDocumented() throws {
        let rows = try Self.document().split(separator: "\n").filter { $0.hasPrefix("| `airlock_") }.map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let documented = rows.map { ($0[0].filter { $0 != "`" }, $0[3]) }
        let expected = CallMetrics.descriptions.map { ($0.name, $0.help) }
        #expect(documented.dropLast().map(\.0) == expected.map(\.0))
        #expect(documented.dropLast().map(\.1) == expected.map(\.1))
        #expect(documented.last?.0 == "airlock_metrics_dropped_total")
    }

    @Test func alertsAskForMetricsThatExist() throws {
        let rules = try Self.document().components(separatedBy: "```yaml")[1]
        let names = rules.matches(of: /airlock_[a-z_]+/).map { String($0.output) }
        #expect(names.count >= 5)
        let known = CallMetrics.descriptions.flatMap { [$0.name, $0.name + "_bucket"] }
        #expect(names.allSatisfy(known.contains))
    }
}
