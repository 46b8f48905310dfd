import AirlockCore
import DriverKit
import PostHog
import Settings

/// The settings in force for a command, and what it tells of itself.
struct HostSession: Sendable {
    let settings: AirlockSettings
    let telemetry: HostTelemetry

    /// Reads all sources and checks what they say.
    ///
    /// - Throws: `invalid_argument` with everything that is wrong.
    init(_ host: HostOptions, _ data: DataOptions) throws(AirlockError) {
        let loaded = try Self.load(host, data)
        try loaded.check(asksPostHog: loaded.values.driver == .posthog)
        settings = loaded.values
        telemetry = try HostTelemetry(settings)
    }

    /// - Parameter readsKeys: by default where PostHog is to be asked, or traces are sent.
    static func load(
        _ host: HostOptions?, _ data: DataOptions?, readsKeys: Bool? = nil
    ) throws(AirlockError) -> LoadedSettings {
        var flags = try host?.flags() ?? [:]
        if let driver = data?.driver { flags["data.driver"] = (driver.rawValue, "--driver") }
        if let file = data?.data { flags["data.file"] = (file, "--data") }
        let inputs = SettingInputs(environment: Environment.all(), flags: flags, file: host?.file)
        if let readsKeys {
            if readsKeys { CoreFile.forbid() }
            return try LoadedSettings(inputs, readsKeys: readsKeys)
        }
        let loaded = try LoadedSettings(inputs, readsKeys: false)
        let traces = loaded.values.telemetry
        guard loaded.values.driver == .posthog || traces.tracesURL != nil || traces.tracesEndpoint != nil else {
            return loaded
        }
        CoreFile.forbid()
        return try LoadedSettings(inputs, readsKeys: true)
    }

    /// The data asked for; nothing is opened yet.
    func source(_ data: DataOptions) throws(AirlockError) -> DataSource {
        switch settings.driver {
        case .local: return .local(try data.localData(settings.data))
        case .posthog:
            guard data.data == nil else {
                throw AirlockError(
                    .invalidArgument, "--data names a warehouse file, and --driver posthog reads none",
                    at: .argument("--data"), hint: "Leave out one of the two.")
            }
            return .postHog(try telemetry.postHogDriver(settings.postHog))
        }
    }

    /// PostHog, for commands that send events.
    ///
    /// - Parameter change: what the command sets by itself.
    func postHog(
        _ data: DataOptions, _ change: (inout PostHogConfiguration) -> Void
    ) throws(AirlockError) -> PostHogDriver {
        guard settings.driver == .posthog, data.data == nil else {
            throw AirlockError(
                .invalidArgument, "only the posthog driver takes events",
                at: .argument(data.data == nil ? "--driver" : "--data"),
                hint: "Give --driver posthog; 'airlock data import' adds events to a warehouse file.")
        }
        var configuration = settings.postHog
        change(&configuration)
        // Nothing could be accepted, let alone wait.
        guard configuration.projectKey != nil else {
            throw AirlockError(
                .invalidArgument, "there is no project API key, which sending events needs",
                hint: "Set POSTHOG_PROJECT_API_KEY, the phc_… of the project's settings.")
        }
        return try telemetry.postHogDriver(configuration)
    }
}
