import AirlockCore
import ArgumentParser
import DriverKit
import Reporting
import Runner
import Templating

/// Makes the runs of a batch, some at a time, and writes their results as they come.
struct BatchCall {
    var file: String
    var width: Int
    var data: DataOptions
    var host: HostOptions
    var run: RunOptions
    var templates: TemplateSource
    var output: String?
    var earlier: String?
    var quiet: Bool

    /// How a batch ended.
    private struct Summary: Sendable {
        var tally = RunTally()
        var skipped = 0
        var notBegun = 0

        var status: RunStatus { notBegun > 0 ? .cancelled : tally.status }
    }

    private struct Work: Sendable {
        var entry: BatchEntry
        var request: RunRequest
    }

    /// - Throws: `ExitCode` unless all runs succeeded.
    func execute() async throws {
        let console = Console(path: nil, isQuiet: quiet)
        let status = StatusLine(console)
        let start = ContinuousClock.now
        let summary: Summary
        do {
            summary = try await Interruption.cancelling { try await make(console, status) }
            status.clear()
        } catch {
            status.clear()
            throw error
        }
        let skipped = summary.skipped > 0 ? ", \(summary.skipped) skipped" : ""
        let notBegun = summary.notBegun > 0 ? ", \(summary.notBegun) not begun" : ""
        let time = SafeText.line((ContinuousClock.now - start).shortText, asciiOnly: !console.errorStyle.usesUnicode)
        let count = summary.tally.total
        console.note("\(count) run\(count == 1 ? "" : "s"): \(summary.tally.text)\(skipped)\(notBegun) in \(time)\n")
        guard summary.status == .succeeded else { throw ExitCode(summary.status.exitCode) }
    }

    private func make(_ console: Console, _ status: StatusLine) async throws -> Summary {
        let batch = try BatchFile(file, limits: try run.limits())
        let session = try HostSession(host, data)
        let source = try session.source(data)
        var work = try await check(batch, source, session, status)
        var history = BatchHistory()
        let output = try BatchOutput(
            output, console: console,
            history: { () throws(AirlockError) in try earlier.map(BatchHistory.init) ?? BatchHistory() }, read: &history
        )
        let count = work.count
        work.removeAll { history.ended.contains($0.entry.id) }
        var summary = Summary(skipped: count - work.count, notBegun: work.count)
        var progress = ManyProgress(count: work.count, status)
        let left = work
        try await ParallelRuns(RunCall.runner, width: width).make(left.count) {
            left[$0].request
        } ended: { number, result in
            let entry = left[number].entry
            var paths: [String: String] = [:]
            if let folder = run.artifacts {
                paths = try ArtifactFolder(path: folder).write(of: result, into: "line-\(entry.line)")
            }
            // The results' own lines take the progress line's place on a terminal.
            if console.isOutputTerminal { status.clear() }
            try output.write(Self.document(entry.id, RunReport(result, artifactPaths: paths)))
            summary.tally.count(result.status)
            summary.notBegun -= 1
            progress.ended(result.status)
        }
        await source.finish(console)
        return summary
    }

    /// The result as one line; the id and the status stand first, where ``BatchHistory`` looks for them.
    private static func document(_ id: JSONValue, _ report: RunReport) -> String {
        var members = report.jsonValue.objectValue ?? [:]
        let status = members["status"] ?? .null
        members["status"] = nil
        var document: JSONObject = ["id": id, "status": status]
        for (name, value) in members { document[name] = value }
        return SafeText.json(JSONValue.object(document).json)
    }

    // MARK: Before the first run

    /// - Returns: the runs that the lines stand for.
    /// - Throws: all that is wrong with any line.
    private func check(
        _ batch: BatchFile, _ source: DataSource, _ session: HostSession, _ status: StatusLine
    ) async throws -> [Work] {
        var problems = batch.problems
        let driver = source.driver(status)
        let check = RunCheck(RunCall.runner, driver: driver)
        var work: [Work] = []
        var isReady = false
        for entry in batch.entries where problems.count <= AirlockError.maxProblems {
            if Task.isCancelled { throw AirlockError(.cancelled, "the batch was cancelled before its first run began") }
            do throws(AirlockError) {
                var request = try request(entry, driver)
                request.limits = entry.limits
                session.telemetry.watch(&request)
                if !isReady, request.template.asksForData {
                    try await source.makeReady(status)
                    isReady = true
                }
                _ = try await check.values(of: request)
                work.append(Work(entry: entry, request: request))
            } catch {
                // What is not the line's fault would be that of all.
                if [.isolationUnavailable, .interpreterUnavailable, .internalError].contains(error.code) {
                    throw error
                }
                problems += Self.problems(error, of: entry)
            }
        }
        if let error = batch.error(problems) { throw error }
        return work
    }

    private func request(_ entry: BatchEntry, _ driver: any DataDriver) throws(AirlockError) -> RunRequest {
        let template: Template
        switch entry.script {
        case .template(let name): template = try templates.template(name)
        case .script(let path): template = try TemplateSource.script(path)
        }
        return try run.request(template, VariableInputs(values: entry.values), driver)
    }

    private static func problems(_ error: AirlockError, of entry: BatchEntry) -> [Problem] {
        guard error.code == .invalidVariables, !error.problems.isEmpty else {
            let first = error.code == .invalidTemplate ? error.problems.first.map { ": \($0)" } ?? "" : ""
            let cause = error.cause.map { ": \($0)" } ?? ""
            let place = error.location.map { " (\($0))" } ?? ""
            return [Problem(error.code.rawValue, error.message + place + first + cause, line: entry.line)]
        }
        return error.problems.map { problem in
            var problem = problem
            problem.pointer = "/vars" + problem.pointer
            problem.line = entry.line
            problem.column = nil
            return problem
        }
    }
}
