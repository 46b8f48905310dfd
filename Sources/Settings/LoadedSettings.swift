package import AirlockCore
internal import HTTPTransport
internal import PostHog
internal import Telemetry

/// The settings in force, and where each comes from.
package struct LoadedSettings: Sendable {
    /// One setting as 'airlock config' shows it.
    package struct Entry: Sendable {
        package var setting: Setting
        /// Keys as their masks; `nil` where there is no value.
        package var value: String?
        package var source: SettingSource
    }

    package private(set) var values = AirlockSettings()
    package private(set) var entries: [Entry] = []
    /// What is wrong with single settings, in their order.
    package private(set) var problems: [Problem] = []
    private var sources: [String: SettingSource] = [:]
    private var file: SettingsFile?

    /// Reads all sources: flags, then the environment, then the file, then the defaults.
    ///
    /// - Parameter readsKeys: whether files and commands that give keys are read and run.
    /// - Throws: `file_failed` or `invalid_argument` when the file cannot be read at all. What is wrong with single
    ///   settings is in ``problems``.
    package init(_ inputs: SettingInputs, readsKeys: Bool) throws(AirlockError) {
        if let path = inputs.file ?? inputs.variable("AIRLOCK_CONFIG")?.text {
            file = try SettingsFile(path: path, known: Self.names, secrets: Self.secretNames)
            problems += file?.problems ?? []
        }
        problems += Self.unknownNames(inputs)
        values.postHog.capture.spool = CaptureSettings.standardSpool(environment: inputs.environment)
        for setting in Setting.all { take(setting, inputs, readsKeys) }
        // A format alone asks for a log.
        if sources["log.level"] == nil, sources["log.format"] != nil { values.logLevel = .info }
        takeProxy()
        entries = Setting.all.map { setting in
            Entry(setting: setting, value: setting.text(in: values), source: sources[setting.name] ?? .defaults)
        }
    }

    /// The names that a file and `--setting` take.
    private static var names: Set<String> {
        Set(
            Setting.all.flatMap { setting in
                setting.isSecret
                    ? SecretOrigin.Way.allCases.map { setting.name + $0.rawValue } : [setting.name]
            })
    }

    private static var secretNames: Set<String> { Set(Setting.all.filter(\.isSecret).map(\.name)) }

    private static func unknownNames(_ inputs: SettingInputs) -> [Problem] {
        // Others read variables that begin with AIRLOCK_, nobody else those that begin so.
        let ours = inputs.environment.keys.filter { $0.hasPrefix("AIRLOCK_POSTHOG_") }
        // To list all names takes a third of a millisecond, which a run that sets nothing need not wait for.
        guard !inputs.flags.isEmpty || !ours.isEmpty else { return [] }
        var found: [Problem] = []
        let names = names
        for (name, given) in inputs.flags.sorted(by: { $0.key < $1.key }) where !names.contains(name) {
            let near = nearestName(to: name, in: names.sorted()).map { "; did you mean '\($0)'?" } ?? ""
            found.append(
                Problem("unknown_setting", "\(given.flag): there is no setting '\(String(name.prefix(100)))'\(near)"))
        }
        let variables = Set(Setting.all.flatMap { Self.variables(of: $0) })
        for name in ours.sorted() where !variables.contains(name) {
            let near = nearestName(to: name, in: variables.sorted()).map { "; did you mean \($0)?" } ?? ""
            found.append(Problem("unknown_setting", "no setting is called \(String(name.prefix(100)))\(near)"))
        }
        return found
    }

    private static func variables(of setting: Setting) -> [String] {
        guard setting.isSecret else { return setting.variables }
        return setting.variables.flatMap { name in SecretOrigin.Way.allCases.map { name + $0.rawValue.uppercased() } }
    }

    // MARK: Single settings

    private mutating func take(_ setting: Setting, _ inputs: SettingInputs, _ readsKeys: Bool) {
        switch setting.kind {
        case .secret(let path):
            guard let origin = origin(of: setting, inputs) else { return }
            sources[setting.name] = origin.given.source
            guard readsKeys || origin.way == .text else { return }
            do throws(KeyFault) {
                let secret = try origin.secret(of: setting, environment: inputs.environment)
                values[keyPath: path] = secret
                Redactor.conceal(secret)
            } catch {
                problem(setting, "no_key", error.reason)
            }
        case .plain(let take, _):
            let found =
                inputs.flags[setting.name].map { SettingText(text: $0.text, source: .flag($0.flag)) }
                ?? setting.variables.lazy.compactMap { inputs.variable($0) }.first ?? file?.values[setting.name]
            guard let found else { return }
            sources[setting.name] = found.source
            if !take(&values, found.text) { problem(setting, "invalid_setting", "it has to be \(setting.allowed)") }
        }
    }

    /// The strongest source that gives a key; to give it twice there is a fault, since one of the two would be ignored.
    private mutating func origin(of setting: Setting, _ inputs: SettingInputs) -> SecretOrigin? {
        var levels: [[SecretOrigin]] = [[], [], []]
        for way in SecretOrigin.Way.allCases {
            let name = setting.name + way.rawValue
            if let given = inputs.flags[name] {
                guard way != .text else {
                    sources[setting.name] = .flag(given.flag)
                    problem(
                        setting, "key_in_arguments",
                        "the arguments of a command can be seen by all users of the machine: give a file or a command")
                    return nil
                }
                levels[0].append(
                    SecretOrigin(way: way, given: SettingText(text: given.text, source: .flag(given.flag))))
            }
            if let text = file?.values[name] { levels[2].append(SecretOrigin(way: way, given: text)) }
        }
        for variable in setting.variables where levels[1].isEmpty {
            levels[1] = SecretOrigin.Way.allCases.compactMap { way in
                inputs.variable(variable + way.rawValue.uppercased()).map { SecretOrigin(way: way, given: $0) }
            }
        }
        guard let found = levels.first(where: { !$0.isEmpty }), let first = found.first else { return nil }
        guard found.count == 1 else {
            sources[setting.name] = first.given.source
            let names = found.map { "\($0.given.source)" }.joined(separator: " and ")
            problem(setting, "given_twice", "\(names) are given together; leave out all but one")
            return nil
        }
        return first
    }

    private mutating func problem(_ setting: Setting, _ code: String, _ message: String) {
        problems.append(placed(Problem(code, message, pointer: setting.pointer), setting.name))
    }

    /// A problem with its setting's place before it.
    private func placed(_ problem: Problem, _ name: String) -> Problem {
        var problem = problem
        problem.pointer = "/" + name.split(separator: ".").joined(separator: "/")
        let source = sources[name]
        if case .file(_, let line) = source { problem.line = line }
        let variable = Setting.all.first { $0.name == name }?.variables.first
        problem.message = "\(source.map { "\($0)" } ?? "\(variable ?? name) is not set"): \(problem.message)"
        return problem
    }

    private mutating func takeProxy() {
        guard let url = values.proxy.url else { return }
        do throws(HTTPError) {
            values.postHog.http.proxy = HTTPTransport.Configuration.Proxy(
                url: try HTTPURL(url), user: values.proxy.user, password: values.proxy.password)
        } catch {
            problems.append(placed(Problem("invalid_setting", error.message), "posthog.proxy"))
        }
    }

    // MARK: What holds between them

    /// - Parameter asksPostHog: whether PostHog is to be asked, so that its settings have to be whole.
    /// - Throws: `invalid_argument` with all problems at once, each with its place; no key is in it.
    package func check(asksPostHog: Bool) throws(AirlockError) {
        var found = problems
        let known = Set(found.map(\.pointer))
        if asksPostHog {
            found += values.postHog.problems.map { problem in
                Self.names(of: problem.pointer).map { placed(problem, $0) } ?? problem
            }.filter { !known.contains($0.pointer) }
        }
        if let problem = tracesProblem { found.append(problem) }
        guard !found.isEmpty else { return }
        throw AirlockError(
            .invalidArgument,
            found.count == 1 ? "one setting is wrong" : "\(found.count) settings are wrong",
            hint: "'airlock config' shows all settings with their sources; docs/configuration.md says what they take.",
            problems: found)
    }

    /// Headers hold a collector's key: like PostHog's they do not leave this machine in the clear.
    private var tracesProblem: Problem? {
        let telemetry = values.telemetry
        guard telemetry.tracesHeaders != nil, let text = telemetry.tracesURL ?? telemetry.tracesEndpoint,
            let url = try? HTTPURL(text), url.scheme == .http, !url.isLoopback
        else { return nil }
        return placed(
            Problem(
                "plain_http",
                "the headers of traces.headers would be sent without encryption; use https://, or leave them out"),
            telemetry.tracesURL == nil ? "traces.endpoint" : "traces.url")
    }

    private static func names(of pointer: String) -> String? {
        switch pointer {
        case "/app_url": "posthog.api_url"
        case "/ingestion_url": "posthog.ingestion_url"
        case "/project_id": "posthog.project_id"
        case "/capture/spool": "posthog.spool"
        case "/personal_api_key": "posthog.personal_api_key"
        case "/project_api_key": "posthog.project_api_key"
        case "/project_secret_api_key": "posthog.project_secret_api_key"
        default: nil
        }
    }
}
