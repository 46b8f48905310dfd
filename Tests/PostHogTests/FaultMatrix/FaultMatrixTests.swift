import AirlockCore
import DriverKit
import Foundation
import PostHogServer
import ResilienceTesting
import Testing

@testable import PostHog

/// docs/posthog-faults.md is what really happens. `make docs` writes it.
@Suite(.timeLimit(.minutes(5))) struct FaultMatrixTests {
    private func withBench(_ body: (MatrixBench) async throws -> Void) async throws {
        let folder = "/tmp/airlock-matrix-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bench = try MatrixBench(folder: folder)
        try await body(bench)
        try await bench.server.stop()
    }

    @Test func theDocumentSaysWhatHappens() async throws {
        try await withBench { bench in
            try await bench.fill()
            for call in MatrixCall.all {
                let cell = try await bench.run(call, nil, once: false)
                #expect(cell.time < .seconds(5) && !cell.outcome.contains("`"), "\(call.name): \(cell)")
            }
            let matrix = try await FaultMatrix.make(bench)
            try check(matrix)
            try await checkEvents(matrix, bench)
            checkKeys(bench)
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
            let file = root.appendingPathComponent("docs/posthog-faults.md")
            if ProcessInfo.processInfo.environment["AIRLOCK_WRITE_DOCS"] == "1" {
                try Data(matrix.markdown.utf8).write(to: file, options: .atomic)
            }
            let written = try String(contentsOf: file, encoding: .utf8)
            let (wanted, found) = (matrix.markdown.split(separator: "\n"), written.split(separator: "\n"))
            for (want, find) in zip(wanted, found) where want != find { Issue.record("\(find)\nis now\n\(want)") }
            #expect(wanted.count == found.count, "make docs writes docs/posthog-faults.md anew")
        }
    }

    /// What holds for every cell, whatever the table says.
    private func check(_ matrix: FaultMatrix) throws {
        for row in matrix.rows {
            for cell in [row.passing, row.lasting] {
                // A call has two minutes, and cancelling a query at PostHog five seconds more.
                #expect(cell.time <= .seconds(126), "\(row.fault.name), \(row.call.name): \(cell)")
                #expect(cell.requests <= 40, "\(row.fault.name), \(row.call.name): \(cell)")
            }
            if row.call.name == "create_annotation" {
                let mayHaveRun = ["500", "502", "504", "reset", "cut off", "no answer", "a second", "closed"]
                guard row.fault.tls == nil, mayHaveRun.contains(where: row.fault.name.contains) else { continue }
                #expect(row.lasting.requests == 1, "\(row.fault.name): what may have been made is not made again")
            }
        }
    }

    /// Three events for each cell: all of them are at PostHog once in the end, or it is known why not.
    private func checkEvents(_ matrix: FaultMatrix, _ bench: MatrixBench) async throws {
        let cells = matrix.rows.filter(\.call.isEvents).flatMap { [($0.fault, $0.passing), ($0.fault, $0.lasting)] }
        for (fault, cell) in cells {
            let report = cell.report
            #expect(
                report.accepted == 3 && report.sent + report.refused + report.pending == 3, "\(fault.name): \(report)")
        }
        let left = try await bench.sendLeft()
        // What waits for a host of another scheme is not sent to this one.
        let here = cells.filter { $0.0.tls == nil }
        #expect(left.sent == here.reduce(0) { $0 + $1.1.report.pending } && left.pending == 0, "\(left)")
        let found = try await bench.rows(
            "SELECT uuid, count() FROM events WHERE event = 'matrix' GROUP BY uuid LIMIT 10000")
        // One call without a fault, and PostHog itself drops those of the two calls that it tells otherwise.
        let refused = cells.reduce(0) { $0 + $1.1.report.refused }
        #expect(found.count == 3 * here.count + 3 - refused - 6, "\(here.count) calls, \(refused) refused")
        #expect(found.allSatisfy { $0.last == 1 })
    }

    private func checkKeys(_ bench: MatrixBench) {
        let files = FileManager.default.enumerator(atPath: bench.spool)?.compactMap { $0 as? String } ?? []
        var text = bench.written.value
        #expect(text.utf8.count > 100_000, "the logs are there")
        for name in files {
            text += String(
                decoding: FileManager.default.contents(atPath: "\(bench.spool)/\(name)") ?? Data(), as: UTF8.self)
        }
        for key in [testPersonalKey, testProjectKey] {
            #expect(!text.contains(key))
            #expect(!text.contains(String(key.dropFirst(8).prefix(12))), "nor a part of it")
        }
    }
}
