import AirlockCore
import ArgumentParser
import Broker
import Reporting
import Runner
import Sandbox
import Templating

/// Makes a run and presents it: what `run` and `exec` share.
struct RunCall {
    var template: Template
    var variables: VariableInputs
    var output: OutputOptions
    var data: DataOptions
    var host: HostOptions
    var run: RunOptions
    /// Whether the demo data set is made before the run rather than when the script asks.
    var preparesData: Bool
    /// Whether to say where the time went.
    var showsTimings = false

    /// The process's one: it prepares itself while the arguments are parsed.
    static let runner = Runner(environment: Environment.all(), headStart: headStart)
    /// Both are set once, before anything else runs.
    nonisolated(unsafe) static var headStart: HeadStart?
    nonisolated(unsafe) static var began = ContinuousClock.now

    /// - Throws: `ExitCode` for every run that did not succeed.
    func execute() async throws {
        let console = output.console
        let status = StatusLine(console)
        let session = try HostSession(host, data)
        let source = try session.source(data)
        var request = try run.request(template, variables, source.driver(status))
        request.observer = BrokerObserver(progress: { status.show($0) }, log: { status.log($0) })
        session.telemetry.watch(&request)
        let (prepared, preparesData) = (request, preparesData && template.asksForData)
        var result = try await Interruption.cancelling {
            var before = [RunTiming(step: "arguments", time: .now - Self.began)]
            if preparesData {
                let start = ContinuousClock.now
                try await source.makeReady(status)
                before.append(RunTiming(step: "data", time: .now - start))
            }
            var result = await Self.runner.run(prepared)
            result.timings = before + result.timings
            await source.finish(console)
            return result
        }
        status.clear()
        let end = ContinuousClock.now
        try present(result, console)
        if showsTimings {
            result.timings.append(RunTiming(step: "report", time: .now - end))
            console.say(TimingReport([result.timings], dataWait: result.usage.brokerWait).text(console.errorStyle))
        }
        guard result.status == .succeeded else { throw ExitCode(result.status.exitCode) }
    }

    private func present(_ result: RunResult, _ console: Console) throws {
        let paths = try run.artifacts.map { try ArtifactFolder(path: $0).write(of: result) } ?? [:]
        let report = RunReport(result, artifactPaths: paths)
        // A table that may lack rows must not take the place of a good one.
        let isExport = output.format == .csv || output.format == .jsonl
        if result.status == .succeeded || console.path == nil || !isExport {
            try output.write(report.document(output.format, style: console.outputStyle))
        }
        guard output.format != .json else { return }
        let style = console.errorStyle
        if result.status == .succeeded {
            console.note(report.standardErrorText(style) + report.statusText(style))
        } else {
            console.say(report.standardErrorText(style) + report.statusText(style))
        }
    }
}

extension Template {
    /// Whether its script may ask for data at all.
    var asksForData: Bool { manifest.access.methods.map { !$0.isEmpty } ?? true }
}
