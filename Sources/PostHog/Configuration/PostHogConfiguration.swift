public import AirlockCore
public import HTTPTransport
public import Resilience

/// Which project of which PostHog is asked, with which keys and how patiently.
public struct PostHogConfiguration: Sendable {
    /// Where the app answers. Default `https://us.posthog.com`; a server of one's own may have a path.
    public var appURL: String = "https://us.posthog.com"
    /// Where events go and flags are evaluated; `nil`, the default, is Cloud's ingestion host of the app's region, and for
    /// any other host the app's.
    public var ingestionURL: String?
    /// The project's number, or `@current` for the one that the personal key's owner looks at.
    public var projectID: String = ""
    /// `phx_…`: reads and writes what its scopes say. It goes to the app's host alone.
    public var personalKey: SecretText?
    /// `phc_…`: public; sends events and evaluates flags.
    public var projectKey: SecretText?
    /// `phs_…`: reads flag definitions and nothing else, in the personal key's place.
    public var secretKey: SecretText?
    /// Calls of `/query/`: 240 a minute, 2,400 an hour, 3 at a time, as PostHog counts.
    public var queries = EndpointGroup.Settings.queries
    /// All other calls of the app: 480 a minute, 4,800 an hour.
    public var objects = EndpointGroup.Settings()
    /// Events and flags, for which PostHog promises no limit.
    public var ingestion = PostHogConfiguration.unlimited
    public var budget = RetryBudget.Settings()
    public var cache = CacheSettings()
    public var capture = CaptureSettings()
    public var http = HTTPTransport.Configuration()
    /// How long a table's fields and the names of events and properties are kept. Default 5 minutes.
    public var definitionsAge = Duration.seconds(300)
    /// How old an answer may be that stands in when PostHog gives none; `nil`, the default: none may.
    public var staleIfError: Duration?
    /// A query that is to take longer than this is asked for asynchronously and polled. Default 30 s.
    public var blockingTime = Duration.seconds(30)
    public var flags = FlagSettings()
    /// A health check waits no longer for each of its requests. Default 5 s.
    public var healthTimeout = Duration.seconds(5)

    /// Where flags are evaluated.
    public struct FlagSettings: Sendable, Hashable {
        public enum Mode: String, Sendable, Hashable, CaseIterable {
            /// Here, as far as the definitions and what is known of the person decide a flag, else at PostHog.
            case auto
            /// Here or not at all.
            case local
            /// At PostHog.
            case remote
        }

        /// Default `auto`. Without a personal API key, which definitions are asked for with, it is as `remote`.
        public var mode = Mode.auto
        /// How old definitions may be before they are asked for again. Default 30 s, as PostHog's SDKs have it.
        public var pollInterval = Duration.seconds(30)
        /// An answer about flags does not wait longer for definitions. Default 10 s.
        public var definitionsTimeout = Duration.seconds(10)

        public init() {}
    }

    public init() {}

    private static var unlimited: EndpointGroup.Settings {
        var settings = EndpointGroup.Settings()
        settings.rateLimit = nil
        return settings
    }
}

extension PostHogConfiguration {
    /// What is wrong with the values, all of it, each by its name.
    public var problems: [Problem] {
        var found: [Problem] = []
        func require(_ holds: Bool, _ pointer: String, _ message: String) {
            if !holds { found.append(Problem("invalid_configuration", message, pointer: pointer)) }
        }
        // Without an ingestion URL of its own there is one that follows from the app's, and nothing more to be wrong.
        for (pointer, text) in [("/app_url", appURL)] + (ingestionURL.map { [("/ingestion_url", $0)] } ?? []) {
            do throws(HTTPError) {
                let url = try HTTPURL(text)
                require(url.query == nil, pointer, "the URL must not have a query")
                require(
                    url.scheme == .https || url.isLoopback || http.plainHTTP == .everywhere, pointer,
                    "the URL has to begin with https://, or the keys would travel in the clear")
            } catch {
                require(false, pointer, error.message)
            }
        }
        require(
            projectID == "@current" || (!projectID.isEmpty && projectID.utf8.allSatisfy { (0x30...0x39).contains($0) }),
            "/project_id", "the project has to be its number, as in the URL of its pages, or '@current'")
        check(personalKey, "/personal_api_key", prefix: "phx_", other: "phc_", what: "the personal API key", &found)
        if let secretKey, !secretKey.reveal().hasPrefix("phs_") {
            found.append(
                Problem(
                    "wrong_key", "the project secret API key begins with phs_; the one given does not",
                    pointer: "/project_secret_api_key"))
        }
        check(projectKey, "/project_api_key", prefix: "phc_", other: "phx_", what: "the project API key", &found)
        require(
            personalKey != nil || projectKey != nil, "/personal_api_key",
            "there is no key: queries need a personal API key, events a project API key")
        found += queries.problems(under: "/queries") + objects.problems(under: "/objects")
        found += ingestion.problems(under: "/ingestion") + budget.problems(under: "/budget")
        found += cache.problems(under: "/cache") + capture.problems(under: "/capture")
        return found
    }

    /// The commonest mistake is to give the one key for the other.
    private func check(
        _ key: SecretText?, _ pointer: String, prefix: String, other: String, what: String, _ found: inout [Problem]
    ) {
        guard let key else { return }
        let text = key.reveal()
        if text.hasPrefix(other) {
            found.append(
                Problem(
                    "wrong_key", "\(what) begins with \(prefix); the one given is of the other kind", pointer: pointer))
        } else if text.isEmpty || !text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            found.append(
                Problem("invalid_configuration", "\(what) is empty, or holds a space or a line's end", pointer: pointer)
            )
        }
    }

    /// - Throws: `invalid_argument` with all problems.
    public func check() throws(AirlockError) {
        let problems = problems
        guard problems.isEmpty else {
            throw AirlockError(
                .invalidArgument, "the configuration of the posthog driver is wrong",
                hint: "It needs a project's number and a key; docs/posthog.md has all settings.", problems: problems)
        }
    }
}
