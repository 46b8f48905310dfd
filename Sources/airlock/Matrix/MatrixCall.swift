import AirlockCore
import ArgumentParser
import Reporting
import Runner
import Templating

/// Runs a template for every combination of a matrix, and presents one table.
struct MatrixCall {
    private let call: RunCall
    private let matrix: Matrix
    private let jobs: Int

    init(_ call: RunCall, _ matrix: Matrix, jobs: Int) {
        self.call = call
        self.matrix = matrix
        self.jobs = jobs
    }

    /// - Throws: `ExitCode` unless all cells succeeded.
    func execute() async throws {
        let console = call.output.console
        let status = StatusLine(console)
        let start = ContinuousClock.now
        let report = try await Interruption.cancelling { try await cells(status) }
        status.clear()
        try call.output.write(report.document(call.output.format, style: console.outputStyle))
        if call.output.format != .json {
            let text = report.statusText(console.errorStyle, elapsed: .now - start)
            report.status == .succeeded ? console.note(text) : console.say(text)
        }
        if call.showsTimings {
            console.say(TimingReport(report.cells.compactMap { $0.result?.timings }).text(console.errorStyle))
        }
        guard report.status == .succeeded else { throw ExitCode(report.status.exitCode) }
    }

    private func cells(_ status: StatusLine) async throws -> MatrixReport {
        let session = try HostSession(call.host, call.data)
        let source = try session.source(call.data)
        if call.template.asksForData { try await source.makeReady(status) }
        var request = try call.run.request(call.template, call.variables, source.driver(status))
        session.telemetry.watch(&request)
        let values = try await check(request)
        var report = MatrixReport(
            template: call.template.name, variables: matrix.axes.map(\.name),
            cells: values.map { MatrixReport.Cell(values: $0) })
        var progress = ManyProgress(count: matrix.count, status)
        try await ParallelRuns(RunCall.runner, width: jobs).make(matrix.count) { [matrix, call, request] cell in
            var request = request
            request.variables = matrix.inputs(cell, over: call.variables)
            return request
        } ended: { cell, result in
            report.cells[cell].result = result
            if let folder = call.run.artifacts {
                report.cells[cell].artifactPaths = try ArtifactFolder(path: folder).write(
                    of: result, into: "cell-\(cell + 1)")
            }
            progress.ended(result.status)
        }
        await source.finish(call.output.console)
        return report
    }

    /// - Returns: each cell's values, as the script gets them.
    /// - Throws: all that is wrong with any cell, before the first of them runs.
    private func check(_ request: RunRequest) async throws -> [[JSONValue]] {
        let check = RunCheck(RunCall.runner, driver: request.driver)
        var problems = MatrixProblems(matrix)
        var values: [[JSONValue]] = []
        for cell in 0..<matrix.count {
            if Task.isCancelled { throw AirlockError(.cancelled, "the runs were cancelled before the first began") }
            var request = request
            request.variables = matrix.inputs(cell, over: call.variables)
            do throws(AirlockError) {
                let all = try await check.values(of: request)
                values.append(matrix.axes.map { all[$0.name] ?? .null })
            } catch {
                // What is not a value's fault is that of every cell.
                guard error.code == .invalidVariables else { throw error }
                problems.add(error, cell: cell)
            }
        }
        if let error = problems.error { throw error }
        return values
    }
}
