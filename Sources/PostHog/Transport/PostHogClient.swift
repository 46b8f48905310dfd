internal import AirlockCore
internal import HTTPTransport
internal import Logging
internal import Resilience
internal import Telemetry
internal import Tracing

/// Sends requests to PostHog's two hosts, each with its own key, through the resilience machines.
final class PostHogClient: Sendable {
    let configuration: PostHogConfiguration
    let clock: any ResilienceClock
    private let appURL: HTTPURL
    private let ingestionURL: HTTPURL
    private let queryURL: HTTPURL
    private let transport: HTTPTransport
    private let sender: any RequestSender
    /// Whether a request's end by the transport's own time-out is its end on ``clock``.
    private let keepsTime: Bool
    private let caller: ResilientCaller<PostHogAnswer>
    private let queries: EndpointGroup
    private let objects: EndpointGroup
    private let ingestion: EndpointGroup
    private let watch: PostHogWatch

    private static let queryPath = "query/"

    /// - Parameter sender: what stands between here and the transport.
    /// - Throws: `invalid_argument` with everything that is wrong with the configuration. Nothing is opened yet.
    init(
        _ configuration: PostHogConfiguration, clock: any ResilienceClock, observer: any ResilienceObserver,
        random: @escaping @Sendable () -> Double, watch: PostHogWatch = PostHogWatch(),
        sender: (HTTPTransport) -> any RequestSender = { $0 }
    ) throws(AirlockError) {
        try configuration.check()
        let (given, proxy) = (configuration, configuration.http.proxy)
        for case let secret? in [given.personalKey, given.projectKey, given.secretKey, proxy?.password] {
            Redactor.conceal(secret)
        }
        self.watch = watch
        self.configuration = configuration
        self.clock = clock
        do throws(HTTPError) {
            let given = try HTTPURL(configuration.appURL)
            appURL = try PostHogHosts.app(for: given)
            ingestionURL =
                if let other = configuration.ingestionURL { try HTTPURL(other) } else {
                    try PostHogHosts.ingestion(for: appURL)
                }
            queryURL = try Self.url(Self.queryPath, [], below: appURL, project: configuration.projectID)
            transport = try HTTPTransport(configuration.http)
            self.sender = sender(transport)
            keepsTime = self.sender.keepsTime && clock is SystemClock
        } catch {
            throw AirlockError(error)
        }
        queries = EndpointGroup("queries", configuration.queries, clock: clock, observer: observer)
        objects = EndpointGroup("objects", configuration.objects, clock: clock, observer: observer)
        ingestion = EndpointGroup("ingestion", configuration.ingestion, clock: clock, observer: observer)
        caller = ResilientCaller(
            budget: configuration.budget, cache: configuration.cache, clock: clock, random: random)
    }

    /// The three groups of endpoints.
    var groups: [EndpointGroup] { [queries, objects, ingestion] }

    var statistics: HTTPStatistics { transport.statistics }

    /// The app's scheme, host and port: the one place that the personal key goes to.
    var appOrigin: HTTPURL.Origin { appURL.origin }

    /// Where events go, and the one place that gets the project's key.
    var ingestionText: String { ingestionURL.text }

    func shutdown() async { await transport.shutdown() }

    /// The answer to a request, if it is a success: 2xx, or 304 to a request with `If-None-Match`.
    func send(_ request: PostHogRequest) async throws(AirlockError) -> ResilientReply<PostHogAnswer> {
        do throws(PostHogFailure) { return try await deliver(request) } catch { throw error.error }
    }

    /// The same, for who has to know what it was that failed.
    func deliver(_ request: PostHogRequest) async throws(PostHogFailure) -> ResilientReply<PostHogAnswer> {
        let message: HTTPRequest
        let key: CacheKey?
        do throws(AirlockError) {
            message = try self.message(request)
            key = self.key(request, message)
        } catch {
            throw PostHogFailure(error: error, isFinal: true)
        }
        let (sender, clock, watch, group, name) = (sender, clock, watch, request.group, request.name)
        var call = ResilientCall<PostHogAnswer>(
            name, in: endpoints(group), key: key,
            classify: { error in
                let fault = error as? PostHogFault
                var failure = fault?.failure(in: group) ?? Failure(.transient)
                failure.name = fault?.name ?? ""
                return failure
            },
            attempt: { attempt in
                var message = message
                message.totalTimeout = attempt.timeLeft
                return try await watch.attempt(attempt.number, of: name, &message) { message in
                    try await Self.exchange(message, sender, clock, watch)
                }
            })
        call.isRepeatable = request.isRepeatable
        call.maximumAge = request.maximumAge
        call.staleIfError = request.isShared ? configuration.staleIfError : nil
        call.timeout = request.timeout
        call.weigh = { ByteCount($0.size) }
        call.keepsTime = keepsTime
        do throws(ResilienceError) {
            return try await caller.call(call)
        } catch {
            throw PostHogFailure(error, request)
        }
    }

    private static func exchange(
        _ message: HTTPRequest, _ sender: any RequestSender, _ clock: any ResilienceClock, _ watch: PostHogWatch
    ) async throws -> PostHogAnswer {
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await sender.send(message)
        } catch {
            throw PostHogFault(.transport(error))
        }
        // 304 answers who asked whether something changed; to anybody else it says nothing.
        let isUnchanged = response.status == 304 && message.headers["If-None-Match"] != nil
        guard (200...299).contains(response.status) || isUnchanged else {
            watch.refused(response)
            throw PostHogFault(response, unixTime: clock.unixTime)
        }
        var answer = PostHogAnswer(
            status: response.status, body: .null, size: response.body.count,
            entityTag: response.headers["ETag"], date: response.headers["Date"])
        guard !response.body.isEmpty else { return answer }
        do throws(JSONSyntaxError) {
            answer.body = try JSONValue(json: response.body)
        } catch {
            throw PostHogFault(.malformed("\(error.reason) at byte \(error.offset) of \(response.body.count)"))
        }
        return answer
    }

    private func endpoints(_ group: PostHogRequest.Group) -> EndpointGroup {
        switch group {
        case .queries: queries
        case .objects: objects
        case .ingestion: ingestion
        }
    }

    /// Identical requests share an answer only where that is asked for; the key's owner is part of the question.
    private func key(_ request: PostHogRequest, _ message: HTTPRequest) -> CacheKey? {
        guard request.isShared else { return nil }
        var body: [UInt8] = []
        if case .bytes(let bytes) = message.body { body = bytes }
        let owner = configuration.personalKey?.reveal() ?? ""
        return CacheKey([Array(request.method.rawValue.utf8), Array(message.url.text.utf8), body, Array(owner.utf8)])
    }

    private func message(_ request: PostHogRequest) throws(AirlockError) -> HTTPRequest {
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if request.side == .app {
            let key = request.key == .projectSecret ? configuration.secretKey : configuration.personalKey
            guard let key else {
                throw AirlockError(
                    .upstreamFailed, "there is no personal API key, which \(request.name) needs",
                    hint: "Set POSTHOG_PERSONAL_API_KEY; see docs/posthog.md for the scopes.")
            }
            headers.set("Authorization", .bearer(key))
        }
        for header in request.headers { headers.set(header.name, .text(header.value)) }
        if request.body != nil || request.packed != nil { headers.set("Content-Type", "application/json") }
        if let coding = request.packed?.coding { headers.set("Content-Encoding", .text(coding)) }
        return HTTPRequest(
            request.method, try url(of: request), headers: headers,
            body: (request.packed?.bytes ?? request.body?.jsonBytes).map { .bytes($0) } ?? .none,
            isIdempotent: request.isRepeatable)
    }

    private func url(of request: PostHogRequest) throws(AirlockError) -> HTTPURL {
        // Of all the places the one that is asked most: a URL takes its time to be read.
        if request.group == .queries, request.path == Self.queryPath, request.query.isEmpty { return queryURL }
        do throws(HTTPError) {
            return try Self.url(
                request.path, request.query, below: request.side == .app ? appURL : ingestionURL,
                project: configuration.projectID)
        } catch {
            throw AirlockError(error)
        }
    }

    private static func url(
        _ path: String, _ query: [(name: String, value: String)], below base: HTTPURL, project: String
    ) throws(HTTPError) -> HTTPURL {
        let root = base.path.hasSuffix("/") ? String(base.path.dropLast()) : base.path
        let path = path.hasPrefix("/") ? path : "/api/projects/\(project)/\(path)"
        let query = query.isEmpty ? "" : "?\(PercentCoding.query(query))"
        let port = base.port == (base.scheme == .https ? 443 : 80) ? "" : ":\(base.port)"
        return try HTTPURL("\(base.scheme)://\(base.host)\(port)\(root)\(path)\(query)")
    }
}

/// What sends a request: the transport.
protocol RequestSender: Sendable {
    /// Whether a request ends with its total timeout, on the machine's clock.
    var keepsTime: Bool { get }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse
}

extension RequestSender {
    var keepsTime: Bool { false }
}

extension HTTPTransport: RequestSender {
    var keepsTime: Bool { true }
}
