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
}
