public import AirlockCore
internal import LocalWarehouse

/// A PostHog over a local warehouse: its API on a loopback port, with faults by script.
///
/// For development and tests. It speaks plain HTTP, knows one project and one user, and keeps no secrets: do not open
/// it to a network.
public final class PostHogServer: Sendable {
    /// Where it listens; the port that was chosen for 0.
    public var port: Int { http.port }
    /// What to give a client as its host.
    public var url: String { "http://127.0.0.1:\(port)" }
    private let api: PostHogAPI
    private let http: HTTPServer

    /// Opens the warehouse and listens.
    ///
    /// - Throws: `invalid_data` and `file_failed` for the warehouse, `invalid_argument` and `file_failed` for the port.
    public init(_ options: ServerOptions) throws(AirlockError) {
        let api = try PostHogAPI(options)
        do throws(AirlockError) {
            http = try HTTPServer(host: options.host, port: options.port, limits: options.limits, handler: api)
            try http.start()
        } catch {
            api.close()
            throw error
        }
        self.api = api
    }

    /// Ends all connections and puts what was accepted into the warehouse.
    ///
    /// - Throws: when events that clients believe kept cannot be written.
    public func stop() async throws(AirlockError) {
        http.stop()
        defer { api.close() }
        try await api.intake.settle()
    }

    /// Puts what was accepted into the warehouse now.
    public func settle() async throws(AirlockError) { try await api.intake.settle() }

    /// Requests so far, by method and path with ids replaced: `POST /batch/`.
    public var requestCounts: [String: Int] { api.requests.counts }

    /// Takes another fault script from the next request on.
    public func setFaults(_ script: FaultScript) { api.faults.replace(script) }
}

/// How a server is set up.
public struct ServerOptions: Sendable {
    /// The warehouse file, which is changed by what clients send; one without events is made where there is none.
    public var data: String
    public var host = "127.0.0.1"
    /// 0 for any that is free.
    public var port = 0
    public var projectID = 1
    /// What clients send events and ask for flags with.
    public var projectToken = "phc_local"
    /// For local evaluation beside a personal key.
    public var secretToken = "phs_local"
    public var keys = [PersonalKey(token: "phx_local", scopes: ["*"])]
    /// Whether PostHog's rate limits hold; without, only faults refuse.
    public var enforcesLimits = false
    /// Queries at once, while limits hold.
    public var concurrentQueries = 3
    public var faults = FaultScript()
    public var limits = HTTPLimits()
    /// How long an asynchronous query's status is kept.
    public var queryStatusTime = Duration.seconds(20 * 60)

    public init(data: String) { self.data = data }
}

/// A personal API key.
public struct PersonalKey: Sendable, Hashable {
    public var token: String
    /// `query:read`, `feature_flag:write` …; `*` is all.
    public var scopes: [String]

    public init(token: String, scopes: [String]) {
        self.token = token
        self.scopes = scopes
    }

    /// Reads `TOKEN` (all scopes) or `TOKEN=scope,scope`.
    public init(text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        token = String(parts.first ?? "")
        scopes = parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : ["*"]
    }

    /// Whether the key may do what needs `scope`; who may write may read.
    func allows(_ scope: String) -> Bool {
        scopes.contains("*") || scopes.contains(scope)
            || (scope.hasSuffix(":read") && scopes.contains(scope.dropLast(5) + ":write"))
    }
}
