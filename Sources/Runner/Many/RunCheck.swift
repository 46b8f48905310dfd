public import AirlockCore
public import DriverKit
import Templating

/// Says of many runs over one source what keeps them from being made, before the first of them is.
public struct RunCheck: Sendable {
    private let runner: Runner
    private let names: KeptNames

    public init(_ runner: Runner, driver: any DataDriver) {
        self.runner = runner
        names = KeptNames(DriverNames(driver: driver))
    }

    /// - Returns: the variables' values as the script would get them; no secrets.
    /// - Throws: whatever would make the run `invalid`, and what keeps any run from being made on this host.
    public func values(of request: RunRequest) async throws(AirlockError) -> JSONObject {
        try await runner.check(request, names: names)
    }
}
