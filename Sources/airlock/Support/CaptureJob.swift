import AirlockCore
import ArgumentParser
import PostHog
import Reporting

/// Events on their way to PostHog, from where the command line finds them to what it says of them.
struct CaptureJob: Sendable {
    enum Source: Sendable {
        case event(JSONValue)
        /// A file of lines, or `-`.
        case file(String)
        /// What earlier processes left.
        case left
    }

    let source: Source
    let driver: PostHogDriver
    let telemetry: HostTelemetry
    let timeout: Duration
    let output: OutputOptions

    static func event(
        _ name: String, _ distinctID: String, _ properties: [String], timestamp: String?, uuid: String?
    ) throws(AirlockError) -> JSONValue {
        var values = JSONObject()
        for pair in properties {
            let (name, value) = try VariableOptions.pair(pair, option: "--property")
            values[name] = (try? JSONValue(json: value)) ?? .string(value)
        }
        var event: JSONObject = [
            "event": .string(name), "distinct_id": .string(distinctID), "properties": .object(values),
        ]
        if let timestamp { event["timestamp"] = .string(timestamp) }
        if let uuid { event["uuid"] = .string(uuid) }
        return .object(event)
    }

    static func time(_ text: String) throws(AirlockError) -> Duration {
        guard let time = Duration(text: text), time > .zero else {
            throw AirlockError(
                .invalidArgument, "the time is not one above zero", at: .argument("--timeout"),
                hint: "As in --timeout 30s or --timeout 2m.")
        }
        return time
    }

    /// - Throws: `ExitCode` where not all was sent.
    func run() async throws {
        let status = StatusLine(output.console)
        let summary = try await Interruption.cancelling {
            try await telemetry.call("capture", rows: { $0.report.accepted }) {
                switch source {
                case .event(let value): try await send(value)
                case .file(let path): try await send(file: path, status)
                case .left: try await sendLeft(status)
                }
            }
        }
        status.clear()
        try summary.present(output)
        guard summary.status == .succeeded else { throw ExitCode(summary.status.exitCode) }
    }

    private func send(_ value: JSONValue) async throws -> CaptureSummary {
        var reader = driver.eventReader
        guard let event = reader.event(value, at: "") else {
            throw AirlockError(
                .invalidArgument, "the event is not fit to be sent", hint: "docs/posthog.md says what an event may be.",
                problems: reader.problems)
        }
        do throws(AirlockError) {
            try await driver.accept([event], within: timeout)
        } catch {
            let isOurs = error.code == .fileFailed
            throw CommandFailure(error, status: isOurs ? .internalError : .upstreamFailed)
        }
        return CaptureSummary(report: await driver.flush(within: timeout))
    }

    /// Lines that are accepted together, for one write to the disk.
    private static let linesAtATime = 1000

    private func send(file path: String, _ status: StatusLine) async throws -> CaptureSummary {
        var lines = try EventLines(path)
        var reader = driver.eventReader
        var summary = CaptureSummary()
        var events: [CaptureEvent] = []
        var obstacle: AirlockError?
        while obstacle == nil, let line = try lines.next() {
            if let event = reader.event(line: line.bytes, number: line.number) { events.append(event) }
            summary.note(reader.takeProblems())
            if events.count >= Self.linesAtATime {
                obstacle = await accept(&events)
                let report = await driver.captureReport
                status.show(Progress(fraction: lines.fraction.map { $0 / 2 }, message: Self.text(report)))
                // What is accepted stays so; the rest of the file was not begun.
                if Task.isCancelled { break }
            }
        }
        if obstacle == nil { obstacle = await accept(&events) }
        let ticking = Task {
            while !Task.isCancelled {
                let report = await driver.captureReport
                let all = report.sent + report.refused + report.pending
                let share = all > 0 ? Double(all - report.pending) / Double(all) : 1
                status.show(Progress(fraction: 0.5 + share / 2, message: Self.text(report)))
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        summary.report = await driver.flush(within: timeout)
        ticking.cancel()
        summary.report.obstacle = obstacle ?? summary.report.obstacle
        return summary
    }

    /// - Returns: why they were not accepted, and the file was not read to its end.
    private func accept(_ events: inout [CaptureEvent]) async -> AirlockError? {
        do throws(AirlockError) {
            try await driver.accept(events, within: timeout)
            events.removeAll(keepingCapacity: true)
            return nil
        } catch {
            return error
        }
    }

    private func sendLeft(_ status: StatusLine) async throws -> CaptureSummary {
        var summary = CaptureSummary()
        (summary.report, summary.processesAtWork) = try await driver.sendLeft(within: timeout) { report in
            status.show(Progress(fraction: nil, message: Self.text(report)))
        }
        return summary
    }

    private static func text(_ report: CaptureReport) -> String { "\(report.sent) sent, \(report.pending) wait" }
}
