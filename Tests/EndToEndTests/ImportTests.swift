import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// Own data: imported from CSV and JSONL, then analysed by a template.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ImportTests {
    private func folder() throws -> String {
        let path = NSTemporaryDirectory() + "/airlock-import-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test func csvWithAMapping() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var text = "date,customer,amount,note\n"
        for index in 0..<500 {
            text += "2026-01-\(String(index % 28 + 1, radix: 10)),c\(index % 50),\(index),\"a, b\"\n"
        }
        text = text.replacing(/2026-01-(\d),/) { "2026-01-0\($0.output.1)," } + "not a date,c1,2,x\n"
        try text.write(toFile: folder + "/orders.csv", atomically: true, encoding: .utf8)
        let binary = try BuiltBinary()
        let imported = try binary.run([
            "data", "import", folder + "/orders.csv", "--data", folder + "/orders.airlock", "--map", "timestamp=date",
            "--map", "distinct_id=customer", "--map", "event='purchase'",
        ])
        #expect(imported.exitCode == 0, "\(imported.errors)")
        let answer = try binary.run([
            "query", "SELECT count() AS n, uniq(person_id) AS people, sum(properties.amount) AS amount FROM events",
            "--data", folder + "/orders.airlock", "--format", "json",
        ])
        let row = try answer.json()["rows"]?.arrayValue?.first
        #expect(row == [500, 50, .int((0..<500).reduce(0, +))], "\(answer.output) \(answer.errors)")
        #expect(FileManager.default.fileExists(atPath: folder + "/orders.airlock.rejected.jsonl"))

        let run = try binary.run([
            "run", "power-users", "--event", "purchase", "--days", "1095", "--data", folder + "/orders.airlock",
            "--format",
            "json",
        ])
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(try run.json()["result"]?["people"] == 50)
    }

    @Test func jsonLinesOfAnExport() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let lines = (0..<300).map { index in
            #"{"uuid":"018f0000-0000-7000-8000-\#(String(100_000_000_000 + index))","event":"view","timestamp":"#
                + #""2026-01-02T03:04:05.\#(100 + index % 900)Z","distinct_id":"d\#(index % 7)","properties":{"n":\#(index)}}"#
        }
        try (lines.joined(separator: "\n") + "\n{broken\n").write(
            toFile: folder + "/events.jsonl", atomically: true, encoding: .utf8)
        let binary = try BuiltBinary()
        let imported = try binary.run(["data", "import", folder + "/events.jsonl", "--data", folder + "/e.airlock"])
        #expect(imported.exitCode == 0, "\(imported.errors)")
        #expect((imported.output + imported.errors).contains("301"), "the bad line is named")
        let answer = try binary.run([
            "query", "SELECT count() AS n, uniq(distinct_id) AS ids, max(properties.n) AS top FROM events", "--data",
            folder + "/e.airlock", "--format", "json",
        ])
        #expect(try answer.json()["rows"]?.arrayValue?.first == [300, 7, 299], "\(answer.output) \(answer.errors)")
    }
}
