import AirlockCore
import PostHog
import Reporting

/// What 'doctor --driver posthog' finds.
struct HealthReport {
    let checks: [HealthCheck]

    static func make(_ data: DataOptions, _ host: HostOptions) async throws -> HealthReport {
        let session = try HostSession(host, data)
        guard case .postHog(let driver) = try session.source(data) else {
            throw AirlockError(.invalidArgument, "health checks are for --driver posthog", at: .argument("--driver"))
        }
        return try await Interruption.cancelling {
            HealthReport(
                checks: try await session.telemetry.call("health_check", rows: \.count) { await driver.healthCheck() })
        }
    }

    private var isHealthy: Bool { !checks.contains { $0.state == .failed } }

    /// - Returns: whether nothing failed.
    func present(_ output: OutputOptions) throws -> Bool {
        guard output.format == .table else {
            let rows = checks.map { check -> [JSONValue] in
                [
                    .string(check.name), .string(check.state.rawValue), .string(check.detail),
                    check.remedy.map(JSONValue.string) ?? .null,
                ]
            }
            try output.present(
                TableReport(
                    table: Table(columns: ["check", "state", "detail", "remedy"], rows: rows),
                    details: ["healthy": .bool(isHealthy)]))
            return isHealthy
        }
        let width = checks.reduce(0) { max($0, $1.name.count) } + 2
        var lines: [String] = []
        for check in checks {
            let name = check.name + String(repeating: " ", count: width - check.name.count)
            let state = check.state.rawValue + String(repeating: " ", count: 9 - check.state.rawValue.count)
            lines.append(name + state + SafeText.line(check.detail))
            if let remedy = check.remedy {
                lines.append(String(repeating: " ", count: width) + "→ " + SafeText.line(remedy))
            }
        }
        lines.append(isHealthy ? "\nPostHog can be asked." : "\nPostHog cannot be asked as it is.")
        let text = lines.joined(separator: "\n") + "\n"
        let style = output.console.outputStyle
        try output.console.write(style.usesUnicode ? text : String(text.map { $0 == "→" ? ">" : $0 }))
        return isHealthy
    }
}
