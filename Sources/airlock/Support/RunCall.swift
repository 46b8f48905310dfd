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

    /// The process's one: it prepares itself while the arguments are parsed.
    static let runner = Runner(environment: Environment.all(), headStart: headStart)
    /// Set once, before anything else runs.
    nonisolated(unsafe) static var headStart: HeadStart?

    /// - Throws: `ExitCode` for every run that did not succeed.
    func execute() async throws {
        let console = output.console
        let status = StatusLine(console)
        let session = try HostSession(host, data)
        let (source, telemetry) = (try session.source(data), session.telemetry)
        var request = RunRequest(template: template, variables: variables, driver: source.driver(status))
        request.isolation = run.isolation
        request.profile = try run.profile()
        request.limits = try run.limits()
        request.allowWrites = run.allowWrites
        request.seed = run.seed
        request.observer = BrokerObserver(progress: { status.show($0) }, log: { status.log($0) })
        request.watch = { RunTelemetry(telemetry, $0, $1) }
        request.logger = telemetry.logger("airlock")
        let (prepared, preparesData) = (request, preparesData && asksForData)
        let result = try await Interruption.cancelling {
            if preparesData { try await source.makeReady(status) }
            return await Self.runner.run(prepared)
        }
        status.clear()
        try present(result, console)
        guard result.status == .succeeded else { throw ExitCode(result.status.exitCode) }
    }

    private var asksForData: Bool { template.manifest.access.methods.map { !$0.isEmpty } ?? true }

    private func present(_ result: RunResult, _ console: Console) throws {
        var paths: [String: String] = [:]
        if let folder = run.artifacts {
            let artifacts = result.outputs.compactMap { output in
                if case .artifact(let artifact) = output { artifact } else { nil }
            }
            paths = try ArtifactFolder(path: folder).write(artifacts)
        }
        let report = RunReport(result, artifactPaths: paths)
        // A table that may lack rows must not take the place of a good one.
        let isExport = output.format == .csv || output.format == .jsonl
        if result.status == .succeeded || console.path == nil || !isExport {
            let document = report.document(output.format, style: console.outputStyle)
            if output.format == .table || output.format == .json {
                try console.write(document)
            } else {
                try console.write(data: document)
            }
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
