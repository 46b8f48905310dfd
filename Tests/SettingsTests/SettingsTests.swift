import AirlockCore
import Foundation
import Logging
import PostHog
import Telemetry
import Testing

@testable import Settings

/// Where settings come from, and what is said of those that are wrong.
@Suite struct SettingsTests {
    private func load(
        _ environment: [String: String] = [:], flags: [String: (text: String, flag: String)] = [:],
        file: String? = nil, readsKeys: Bool = true
    ) throws -> LoadedSettings {
        try LoadedSettings(
            SettingInputs(environment: environment, flags: flags, file: file), readsKeys: readsKeys)
    }

    private func withFile<T>(_ text: String, mode: Int = 0o600, _ body: (String) throws -> T) throws -> T {
        let path = NSTemporaryDirectory() + "airlock-settings-\(UUID().uuidString).toml"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    private func source(_ name: String, _ loaded: LoadedSettings) -> String? {
        loaded.entries.first { $0.setting.name == name }.map { "\($0.source)" }
    }

    @Test func withoutAnySourceEverythingIsItsDefault() throws {
        let loaded = try load()
        try loaded.check(asksPostHog: false)
        #expect(loaded.entries.count == Setting.all.count)
        #expect(loaded.entries.allSatisfy { $0.source == .defaults && $0.value == $0.setting.defaultText })
        #expect(Set(Setting.all.map(\.name)).count == Setting.all.count)
        #expect(loaded.values.postHog.queries.perMinute == 240 && loaded.values.postHog.queries.perHour == 2400)
    }

    /// A collector's key is not sent in the clear to another machine; without one, spans may be.
    @Test(arguments: [
        ("http://collector.example:4318", true, false), ("http://10.0.0.7:4318", true, false),
        ("http://127.0.0.1:4318", true, true), ("http://localhost:4318", true, true),
        ("https://collector.example", true, true), ("http://collector.example:4318", false, true),
    ])
    func headersOfTracesStayOnThisMachineWithoutTLS(url: String, hasHeaders: Bool, isGood: Bool) throws {
        for variable in ["AIRLOCK_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] {
            var environment = [variable: url]
            if hasHeaders { environment["OTEL_EXPORTER_OTLP_HEADERS"] = "x-api-key=0123456789abcdef" }
            let loaded = try load(environment)
            guard !isGood else {
                try loaded.check(asksPostHog: false)
                continue
            }
            let error = #expect(throws: AirlockError.self) { try loaded.check(asksPostHog: false) }
            #expect(error?.problems.map(\.code) == ["plain_http"])
            #expect(error?.problems.first?.message.contains(variable) == true)
            #expect(error.map { "\($0)" }?.contains("0123456789") == false)
        }
    }

    @Test func flagsComeBeforeTheEnvironmentAndThatBeforeTheFile() throws {
        let text = """
            [posthog]
            flags = "remote"
            queries_per_minute = 60
            project_id = 3
            [log]
            format = "json"
            """
        try withFile(text) { path in
            let loaded = try load(
                ["AIRLOCK_CONFIG": path, "AIRLOCK_POSTHOG_FLAGS": "auto", "POSTHOG_PROJECT_ID": "4"],
                flags: ["posthog.flags": ("local", "--setting posthog.flags")])
            #expect(loaded.problems.isEmpty, "\(loaded.problems)")
            #expect(loaded.values.postHog.flags.mode == .local)
            #expect(source("posthog.flags", loaded) == "--setting posthog.flags")
            #expect(
                loaded.values.postHog.projectID == "4" && source("posthog.project_id", loaded) == "POSTHOG_PROJECT_ID")
            #expect(loaded.values.postHog.queries.perMinute == 60)
            #expect(source("posthog.queries_per_minute", loaded) == "\(path), line 3")
            // A format alone asks for a log.
            #expect(loaded.values.log.level == .info && loaded.values.log.format == .json)
        }
    }

    @Test func allThatIsWrongIsSaidAtOnceWithItsPlace() throws {
        let text = """
            [posthog]
            flag = "local"
            api_url = "http://posthog.example"
            max_attempts = 0
            """
        try withFile(text) { path in
            let loaded = try load(
                ["AIRLOCK_POSTHOG_FLAGS": "sometimes", "AIRLOCK_POSTHOG_FLAGS_POL": "1s"],
                flags: ["posthog.retries": ("1", "--setting posthog.retries")], file: path)
            let error = try #require(throws: AirlockError.self) { try loaded.check(asksPostHog: true) }
            let text = error.description
            for wanted in [
                "did you mean 'posthog.flags'", "AIRLOCK_POSTHOG_FLAGS: it has to be one of auto, local, remote",
                "did you mean AIRLOCK_POSTHOG_FLAGS_POLL", "there is no setting 'posthog.retries'",
                "line 4: /posthog/max_attempts", "\(path), line 3: the URL has to begin with https://",
                "POSTHOG_PROJECT_ID is not set", "POSTHOG_PERSONAL_API_KEY is not set",
            ] {
                #expect(text.contains(wanted), "\(wanted) in \(text)")
            }
            // What nobody is to ask has only to be well-formed.
            #expect(throws: AirlockError.self) { try loaded.check(asksPostHog: false) }
        }
    }

    @Test(arguments: [(0o600, true), (0o640, false), (0o604, false), (0o644, false), (0o620, false)])
    func aFileThatHoldsKeysIsItsUsersAlone(_ mode: Int, _ isGood: Bool) throws {
        try withFile("[posthog]\npersonal_api_key = \"phx_aaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n", mode: mode) { path in
            let loaded = try load(file: path)
            #expect(loaded.problems.isEmpty == isGood, "\(loaded.problems)")
            #expect(loaded.problems.allSatisfy { $0.code == "file_mode" && !$0.message.contains("aaaa") })
        }
    }

    @Test func aFileWithoutKeysMayBeReadButNotWrittenByOthers() throws {
        try withFile("[posthog]\nflags = \"local\"\n", mode: 0o644) {
            let problems = try load(file: $0).problems
            #expect(problems.isEmpty)
        }
        try withFile("[posthog]\nflags = \"local\"\n", mode: 0o666) {
            let problems = try load(file: $0).problems
            #expect(problems.map(\.code) == ["file_mode"])
        }
    }

    @Test func aFileThatIsNoneIsSaidWithItsPlace() throws {
        #expect(throws: AirlockError.self) { try load(file: "/nowhere/settings.toml") }
        #expect(throws: AirlockError.self) { try load(file: "/") }
        try withFile("[posthog\n") { path in
            let error = try #require(throws: AirlockError.self) { try load(file: path) }
            #expect(error.description.contains("\(path):1"))
        }
    }

    // MARK: Keys

    private static let key = "phx_12aaaaaaaaaaaaaaaaaaaaaaaaaaef"

    @Test func keysComeFromFilesAndCommandsAndShowAsMasks() throws {
        try withFile(Self.key + "\nanything else\n", mode: 0o644) { path in
            for environment in [
                ["POSTHOG_PERSONAL_API_KEY": Self.key], ["POSTHOG_PERSONAL_API_KEY_FILE": path],
                ["POSTHOG_PERSONAL_API_KEY_COMMAND": "head -c 100 '\(path)'", "PATH": "/usr/bin:/bin"],
            ] {
                let loaded = try load(environment)
                #expect(loaded.problems.isEmpty, "\(loaded.problems)")
                #expect(loaded.values.postHog.personalKey?.reveal() == Self.key)
                let entry = loaded.entries.first { $0.setting.name == "posthog.personal_api_key" }
                #expect(entry?.value == "phx_12…ef" && entry.map { environment.keys.contains("\($0.source)") } == true)
                var shown = ""
                dump(loaded, to: &shown)
                #expect(!shown.contains("aaaaaaaaaaaa") || environment["POSTHOG_PERSONAL_API_KEY"] != nil)
            }
        }
    }

    @Test func whereNobodyAsksNoCommandIsRun() throws {
        let loaded = try load(["POSTHOG_PERSONAL_API_KEY_COMMAND": "false"], readsKeys: false)
        #expect(loaded.problems.isEmpty && loaded.values.postHog.personalKey == nil)
    }

    static let faults: [(environment: [String: String], says: String)] = [
        (["POSTHOG_PERSONAL_API_KEY_FILE": "/nowhere/key"], "cannot be opened"),
        (["POSTHOG_PERSONAL_API_KEY_FILE": "/"], "not a file"),
        (["POSTHOG_PERSONAL_API_KEY_COMMAND": "sh -c 'echo phx_secret >&2; exit 3'"], "exit code 3"),
        (["POSTHOG_PERSONAL_API_KEY_COMMAND": "/nowhere/vault"], "cannot be started"),
        (["POSTHOG_PERSONAL_API_KEY_COMMAND": "echo 'x"], "quote"),
        (["POSTHOG_PERSONAL_API_KEY_COMMAND": "yes"], "said too much"),
        (["POSTHOG_PERSONAL_API_KEY_COMMAND": "true"], "empty"),
        (["POSTHOG_PERSONAL_API_KEY_COMMAND": "true", "POSTHOG_PERSONAL_API_KEY": key], "given together"),
    ]

    @Test(arguments: faults.indices) func whatIsWrongWithAKeyIsSaidWithoutIt(_ index: Int) throws {
        let fault = Self.faults[index]
        let loaded = try load(fault.environment.merging(["PATH": "/usr/bin:/bin"]) { $1 })
        let problem = try #require(loaded.problems.first)
        #expect(loaded.problems.count == 1 && problem.message.contains(fault.says), "\(problem)")
        #expect(problem.message.contains("POSTHOG_PERSONAL_API_KEY") && !problem.message.contains("secret"))
        #expect(loaded.values.postHog.personalKey == nil)
    }

    @Test func aKeyInTheArgumentsIsRefused() throws {
        let name = "posthog.personal_api_key"
        let loaded = try load(flags: [name: (Self.key, "--setting \(name)")])
        #expect(loaded.problems.map(\.code) == ["key_in_arguments"])
        #expect(!"\(loaded.problems)".contains("aaaa"))
    }

    @Test func aCommandThatDoesNotEndIsEnded() throws {
        let command = try KeyCommand("sh -c 'sleep 300 & sleep 300'")
        #expect(throws: KeyFault.self) {
            try command.run(environment: ["PATH": "/usr/bin:/bin"], timeout: .milliseconds(100))
        }
    }

    @Test func noCharacterOfACommandIsAShells() throws {
        #expect(try KeyCommand(#"a  'b c' "d'e" f'g'h $HOME|x;y"#).words == ["a", "b c", "d'e", "fgh", "$HOME|x;y"])
        #expect(try KeyCommand("a ''").words == ["a", ""])
        #expect(throws: KeyFault.self) { try KeyCommand("  ") }
    }
}
