import AirlockCore
import Testing

@testable import Reporting

@Suite struct RunTallyTests {
    @Test(
        arguments: [
            ([], .succeeded, "none"), ([.succeeded, .succeeded], .succeeded, "2 succeeded"),
            ([.succeeded, .denied, .denied], .denied, "1 succeeded, 2 denied"),
            ([.failed, .limitExceeded], .failed, "1 failed, 1 limit exceeded"),
            ([.denied, .limitExceeded], .failed, "1 limit exceeded, 1 denied"),
            ([.cancelled, .denied, .succeeded], .cancelled, "1 succeeded, 1 denied, 1 cancelled"),
        ] as [([RunStatus], RunStatus, String)])
    func oneStatusForAll(statuses: [RunStatus], expected: RunStatus, text: String) {
        var tally = RunTally()
        for status in statuses { tally.count(status) }
        #expect(tally.status == expected)
        #expect(tally.text == text)
        #expect(tally.total == statuses.count && tally.succeeded + tally.notSucceeded == statuses.count)
    }
}

@Suite struct MatrixReportTests {
    private func result(_ status: RunStatus, _ outputs: [RunOutput] = [], result: JSONValue? = nil) -> RunResult {
        var run = RunResult(runID: "1", template: "t", status: status)
        run.outputs = outputs
        run.result = result
        if status != .succeeded { run.reason = "the script exited with 1" }
        return run
    }

    private func report(_ results: [RunResult?]) -> MatrixReport {
        MatrixReport(
            template: "t", variables: ["n"],
            cells: results.enumerated().map { MatrixReport.Cell(values: [.int($0)], result: $1) })
    }

    @Test func metricsOfAllCellsAreColumns() {
        let report = report([
            result(.succeeded, [.metric(name: "a", value: 1, unit: nil), .metric(name: "b", value: 2, unit: "%")]),
            result(.failed, [.metric(name: "a", value: 3, unit: nil)]),
            result(.succeeded, [.metric(name: "c", value: 4, unit: nil)], result: ["x": 9]), nil,
        ])
        #expect(report.table.columns == ["n", "status", "a", "b (%)", "c", "problem"])
        #expect(
            report.table.rows == [
                [0, "succeeded", 1, 2, nil, nil], [1, "failed", 3, nil, nil, "the script exited with 1"],
                [2, "succeeded", nil, nil, 4, nil], [3, "not run", nil, nil, nil, nil],
            ])
        #expect(report.status == .cancelled && report.tally.status == .failed)
    }

    @Test func withoutMetricsThePlainMembersOfTheResult() {
        let report = report([
            result(.succeeded, result: ["people": 5, "top": [1, 2], "name": "x"]), result(.succeeded, result: 7),
        ])
        #expect(report.table.columns == ["n", "status", "people", "name", "result"])
        #expect(report.table.rows == [[0, "succeeded", 5, "x", nil], [1, "succeeded", nil, nil, 7]])
    }

    @Test func withoutThoseATableOfOneRow() {
        let one = RunOutput.table(title: nil, Table(columns: ["u", "v"], rows: [[1, 2]]))
        let two = RunOutput.table(title: nil, Table(columns: ["u"], rows: [[1], [2]]))
        #expect(report([result(.succeeded, [one])]).table.columns == ["n", "status", "u", "v"])
        #expect(report([result(.succeeded, [two])]).table.columns == ["n", "status"])
    }

    @Test func noFactIsCalledWhatTheHostSays() {
        let claims = ["status", "n", "problem", "m"].map { RunOutput.metric(name: $0, value: "succeeded", unit: nil) }
        let table = report([result(.failed, claims)]).table
        #expect(
            table.columns == ["n", "status", "status (script)", "n (script)", "problem (script)", "m", "problem"])
        #expect(Set(table.columns).count == table.columns.count && table.rows[0][1] == "failed")
    }

    @Test func columnsAreBounded() {
        let outputs = (0..<100).map { RunOutput.metric(name: "m\($0)", value: 1, unit: nil) }
        #expect(report([result(.succeeded, outputs)]).table.columns.count == 2 + MatrixReport.maxFacts)
    }

    @Test func theDocumentHasEachRun() throws {
        let style = TerminalStyle(width: nil)
        let report = report([result(.succeeded, result: 1), result(.denied), nil])
        let document = try JSONValue(json: report.document(.json, style: style))
        #expect(document["status"] == "cancelled")
        #expect(document["cells"]?.arrayValue?.count == 3)
        #expect(document["cells"]?.arrayValue?[1]["run"]?["status"] == "denied")
        #expect(document["cells"]?.arrayValue?[1]["values"] == ["n": 1])
        #expect(document["cells"]?.arrayValue?[2]["run"] == .some(.null))
        #expect(report.document(.csv, style: style).hasPrefix("n,status,result,problem\n0,succeeded,1,\n1,denied,"))
        #expect(
            report.statusText(style, elapsed: .seconds(2))
                == "n=1: denied\n  the script exited with 1\n3 runs: 1 succeeded, 1 denied, 1 not run in 2 s\n")
    }
}

@Suite struct TimingReportTests {
    private let steps = [
        RunTiming(step: "launch", time: .milliseconds(1)), RunTiming(step: "script", time: .milliseconds(3)),
    ]

    @Test func ofOneRun() {
        let text = TimingReport([steps], dataWait: .milliseconds(2)).text(TerminalStyle(width: nil))
        let rows = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows[0].prefix(3) == ["step", "ms", "percent"])
        #expect(rows[2].prefix(3) == ["launch", "1", "25"])
        #expect(rows[3].prefix(3) == ["script", "3", "75"])
        #expect(rows[4] == ["total", "4", "100"])
        #expect(text.hasSuffix("\nThe script waited 2 ms of its time for data.\n"))
    }

    @Test func ofSeveral() {
        let slow = [RunTiming(step: "launch", time: .milliseconds(9))]
        let text = TimingReport([slow, steps, steps]).text(TerminalStyle(width: nil))
        let rows = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows[0].prefix(4) == ["step", "runs", "median_ms", "slowest_ms"])
        #expect(rows[2].prefix(4) == ["launch", "3", "1", "9"])
        #expect(rows[3].prefix(4) == ["script", "2", "3", "3"])
        #expect(TimingReport([]).text(TerminalStyle(width: nil)).isEmpty)
    }
}
