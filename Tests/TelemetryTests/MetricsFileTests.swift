import AirlockCore
import Foundation
import Testing

@testable import Telemetry

/// Several processes add to one file.
@Suite struct MetricsFileTests {
    private func withPath<T>(_ body: (String) throws -> T) throws -> T {
        let path = NSTemporaryDirectory() + "airlock-metrics-\(UUID().uuidString).prom"
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    private func registry(_ count: Double, _ gauge: Double, group: String) -> MetricRegistry {
        let registry = MetricRegistry()
        registry.series("calls_total", [("group", group)], .counter).add(count)
        registry.series("state", [("group", group)], .gauge).set(gauge)
        registry.series("call_seconds", [("group", group)], .histogram).record(seconds: 0.003)
        return registry
    }

    @Test func countersGrowAndGaugesAreReplaced() throws {
        try withPath { path in
            let file = MetricsFile(path: path)
            try file.add(registry(2, 2, group: "a"))
            try file.add(registry(3, 0, group: "a"))
            try file.add(registry(5, 1, group: "b \"x\""))
            let text = try String(contentsOfFile: path, encoding: .utf8)
            for line in [
                #"calls_total{group="a"} 5"#, #"calls_total{group="b \"x\""} 5"#, #"state{group="a"} 0"#,
                #"state{group="b \"x\""} 1"#, #"call_seconds_count{group="a"} 2"#,
                #"call_seconds_bucket{group="a",le="+Inf"} 2"#, "# TYPE call_seconds histogram",
                "# TYPE calls_total counter",
            ] {
                #expect(text.split(separator: "\n").contains(Substring(line)), "\(line) in \(text)")
            }
            // Each family stands once.
            #expect(text.components(separatedBy: "# TYPE calls_total ").count == 2)
        }
    }

    @Test func whatIsNoFileOfMetricsIsLeftAlone() throws {
        try withPath { path in
            try Data("my only copy\n".utf8).write(to: URL(fileURLWithPath: path))
            #expect(throws: AirlockError.self) { try MetricsFile(path: path).add(registry(1, 1, group: "a")) }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "my only copy\n")
        }
        #expect(throws: AirlockError.self) { try MetricsFile(path: "/").add(MetricRegistry()) }
        #expect(throws: AirlockError.self) { try MetricsFile(path: "/nowhere/x").add(MetricRegistry()) }
    }

    @Test func nothingIsLostBetweenThreads() async throws {
        let path = NSTemporaryDirectory() + "airlock-metrics-\(UUID().uuidString).prom"
        defer { try? FileManager.default.removeItem(atPath: path) }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask { try? MetricsFile(path: path).add(registry(1, 0, group: "a")) }
            }
        }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(#"calls_total{group="a"} 16"#))
    }
}
