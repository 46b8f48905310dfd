import AirlockCore
import ArgumentParser
import Reporting
import Settings

/// The settings as 'airlock config' shows them.
struct SettingsPresentation {
    private let settings: LoadedSettings
    private let all: Bool

    init(_ settings: LoadedSettings, all: Bool) {
        self.settings = settings
        self.all = all
    }

    /// PostHog's settings have to be whole once anybody has begun to set them.
    private var concernsPostHog: Bool {
        settings.values.driver == .posthog
            || settings.entries.contains { $0.setting.name.hasPrefix("posthog.") && $0.source != .defaults }
    }

    /// - Throws: what is wrong with them; `ExitCode` where the document says it already.
    func present(_ output: OutputOptions) throws {
        let absent: JSONValue = output.format == .table ? "" : .null
        let rows = settings.entries.filter { all || $0.source != .defaults || $0.setting.name == "data.driver" }
            .map { entry -> [JSONValue] in
                [
                    .string(entry.setting.name), entry.value.map(JSONValue.string) ?? absent,
                    .string("\(entry.source)"),
                ] + (all ? [.string(entry.setting.meaning)] : [])
            }
        let columns = ["setting", "value", "source"] + (all ? ["meaning"] : [])
        let fault = fault
        var details: JSONObject = ["status": .string((fault == nil ? RunStatus.succeeded : .invalid).rawValue)]
        if let fault { details["error"] = fault.jsonValue }
        try output.present(TableReport(table: Table(columns: columns, rows: rows), details: details))
        if output.format == .table, !all {
            output.console.note("Settings that nothing sets have their defaults: --all shows them.\n")
        }
        guard let fault else { return }
        if output.format == .json { throw ExitCode(RunStatus.invalid.exitCode) }
        throw fault
    }

    private var fault: AirlockError? {
        do throws(AirlockError) {
            try settings.check(asksPostHog: concernsPostHog)
            return nil
        } catch {
            return error
        }
    }
}
