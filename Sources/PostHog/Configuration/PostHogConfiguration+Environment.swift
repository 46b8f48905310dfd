public import AirlockCore
internal import Glibc

extension PostHogConfiguration {
    /// What the environment says, on top of the defaults.
    ///
    /// - `POSTHOG_API_URL`: ``appURL``; `POSTHOG_INGESTION_URL`: ``ingestionURL``
    /// - `POSTHOG_PROJECT_ID`: ``projectID``
    /// - `AIRLOCK_SPOOL`, else `XDG_STATE_HOME` and `HOME`: where events wait, ``CaptureSettings/spool``
    /// - `POSTHOG_PERSONAL_API_KEY`, `POSTHOG_PROJECT_API_KEY`: the keys; each may instead lie in a file that the
    ///   variable with `_FILE` behind its name names, as container platforms hand over secrets.
    ///
    /// - Throws: `invalid_argument` with all problems at once; no key is in it.
    public init(environment: [String: String]) throws(AirlockError) {
        self.init()
        func given(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let url = given("POSTHOG_API_URL") { appURL = url }
        ingestionURL = given("POSTHOG_INGESTION_URL")
        projectID = given("POSTHOG_PROJECT_ID") ?? ""
        capture = CaptureSettings(environment: environment)
        var found: [Problem] = []
        func key(_ name: String) -> SecretText? {
            if let key = given(name) { return SecretText(key) }
            guard let path = given("\(name)_FILE") else { return nil }
            guard let text = Self.readKey(path) else {
                found.append(
                    Problem("unreadable", "the file that \(name)_FILE names cannot be read", pointer: "/\(name)_FILE"))
                return nil
            }
            return SecretText(text)
        }
        personalKey = key("POSTHOG_PERSONAL_API_KEY")
        projectKey = key("POSTHOG_PROJECT_API_KEY")
        let problems = found + problems
        guard problems.isEmpty else { throw Self.error(problems) }
    }

    /// The file's first line, of at most 4 KiB.
    private static func readKey(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count].prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
    }

    static func error(_ problems: [Problem]) -> AirlockError {
        AirlockError(
            .invalidArgument, "the configuration of the posthog driver is wrong",
            hint: "Set POSTHOG_API_URL, POSTHOG_PROJECT_ID and POSTHOG_PERSONAL_API_KEY; docs/posthog.md has them all.",
            problems: problems)
    }
}
