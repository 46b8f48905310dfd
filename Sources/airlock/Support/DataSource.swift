import AirlockCore
import DriverKit
import PostHog

/// Where a command's data comes from.
enum DataSource: Sendable {
    case local(LocalData)
    case postHog(PostHogDriver)

    /// Makes the demo data set, if it is that and was never made.
    func makeReady(_ status: StatusLine) async throws(AirlockError) {
        if case .local(let data) = self { try await data.makeReady(status) }
    }

    func driver(_ status: StatusLine) -> any DataDriver {
        switch self {
        case .local(let data): data.driver(status)
        case .postHog(let driver): driver
        }
    }

    /// Sends what a script captured, at the end of its run, and says what is left.
    func finish(_ console: Console) async {
        guard case .postHog(let driver) = self, await driver.captureReport.pending > 0 else { return }
        let summary = CaptureSummary(report: await driver.flush())
        guard summary.status != .succeeded else { return }
        console.say(summary.details)
    }
}
