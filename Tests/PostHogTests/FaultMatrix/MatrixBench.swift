import AirlockCore
import DriverKit
import HTTPTransport
import Logging
import PostHogServer
import Resilience
import ResilienceTesting
import Telemetry
import Testing

@testable import PostHog

/// The server that all cells share, and what was written while they ran.
final class MatrixBench: Sendable {
    let server: PostHogServer
    let spool: String
    /// Everything that a user, a log or a file might show.
    let written = Shared("")
    /// Each call has a spool of its own.
    private let spools = Shared(0)

    init(folder: String) throws {
        var options = ServerOptions(data: folder + "/posthog.airlock")
        options.projectToken = testProjectKey
        options.keys = [PersonalKey(token: testPersonalKey, scopes: ["*"])]
        server = try PostHogServer(options)
        spool = folder + "/spool"
    }

    /// What the calls ask for: a flag, an event, and more cohorts than a page holds.
    func fill() async throws {
        let driver = try PostHogDriver(configuration(isTLS: false, isPolled: false))
        let filters: JSONValue = ["groups": [["properties": [], "rollout_percentage": 100]]]
        _ = try await driver.client.send(
            .write("flag", .post, "feature_flags/", ["key": "beta", "active": true, "filters": filters]))
        for number in 0...PostHogClient.pageSize {
            let name = JSONValue.string("cohort \(number)")
            _ = try await driver.client.send(.write("cohort", .post, "cohorts/", ["name": name, "is_static": true]))
        }
        var reader = driver.eventReader
        let event = reader.event(["event": "start", "distinct_id": "d"], at: "")
        try await driver.accept([try #require(event)])
        _ = await driver.flush()
        await driver.shutdown()
    }

    private var served: Int { server.requestCounts.values.reduce(0, +) }

    private func configuration(isTLS: Bool, isPolled: Bool) -> PostHogConfiguration {
        var configuration = PostHogConfiguration()
        configuration.appURL = isTLS ? server.url.replacing("http://", with: "https://") : server.url
        configuration.projectID = "1"
        configuration.personalKey = SecretText(testPersonalKey)
        configuration.projectKey = SecretText(testProjectKey)
        configuration.blockingTime = isPolled ? .seconds(1) : .seconds(3600)
        configuration.http.maxResponseSize = .mebibytes(1)
        configuration.capture.spool = "\(spool)/\(spools.change { $0 += 1 })"
        configuration.capture.sync = .never
        configuration.capture.gathering = .seconds(3600)
        return configuration
    }

    /// Makes a call while the fault lasts.
    func run(_ call: MatrixCall, _ fault: MatrixFault?, once: Bool) async throws -> MatrixCell {
        let script = try fault.map { try $0.script(path: call.path, once: once) } ?? FaultScript()
        server.setFaults(script)
        let before = served
        let hits = Shared(0)
        let isSilent: @Sendable (String) -> Bool = { path in
            guard fault?.isSilent == true, call.isHit(path) else { return false }
            return hits.change { $0 += 1 } == 1 || !once
        }
        let work = OutsideWork()
        let sink = LogSink { [written] line in written.change { $0 += String(decoding: line, as: UTF8.self) } }
        let logger = Logger(label: "matrix") { LineLogHandler(label: $0, level: .trace, format: .json, sink: sink) }
        let configuration = configuration(isTLS: fault?.tls != nil, isPolled: call.isPolled)
        let cell = try await Simulation.run(outside: work) { clock in
            let client = try PostHogClient(
                configuration, clock: clock, observer: CallLog(logger), random: { 0.5 },
                sender: {
                    CountedSender(transport: $0, work: work, isSilent: isSilent, arrived: { self.served - before })
                })
            let driver = PostHogDriver(client)
            let start = clock.now
            let outcome: String
            do {
                outcome = try await call.make(driver)
            } catch let error as AirlockError {
                self.written.change { $0 += "\(error)\n\(error.jsonValue.json)\n" }
                outcome = MatrixCell.words(error)
            }
            let report = await driver.captureReport
            self.written.change { $0 += "\(report)\n\(configuration)\n" }
            let cell = MatrixCell(
                outcome: outcome, requests: work.begun, time: clock.now - start, report: report)
            await driver.events.close()
            return cell
        }
        written.change { $0 += cell.outcome + "\n" }
        return cell
    }

    /// Sends what the calls left, without faults.
    func sendLeft() async throws -> CaptureReport {
        server.setFaults(FaultScript())
        var reports: [CaptureReport] = []
        for number in 1...spools.value {
            var configuration = configuration(isTLS: false, isPolled: false)
            configuration.capture.spool = "\(spool)/\(number)"
            reports.append(try await PostHogDriver(configuration).sendLeft(within: .seconds(60)).report)
        }
        return CaptureReport(reports)
    }

    func rows(_ query: String) async throws -> [[JSONValue]] {
        server.setFaults(FaultScript())
        let driver = try PostHogDriver(configuration(isTLS: false, isPolled: false))
        return try await driver.prepare(query, values: [:]).run(MatrixCall.options).table.rows
    }
}
