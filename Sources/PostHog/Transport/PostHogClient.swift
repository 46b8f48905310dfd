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
    private let transport: HTTPTransport
    private let caller: ResilientCaller<PostHogAnswer>
    private let queries: EndpointGroup
    private let objects: EndpointGroup
    private let ingestion: EndpointGroup
    private let watch: PostHogWatch

    /// - Throws: `invalid_argument` with everything that is wrong with the configuration. Nothing is opened yet.
    init(
        _ configuration: PostHogConfiguration, clock: any ResilienceClock, observer: any ResilienceObserver,
        random: @escaping @Sendable () -> Double, watch: PostHogWatch = PostHogWatch()
    ) throws(AirlockError) {
        try configuration.check()
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
            transport = try HTTPTransport(configuration.http)
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

    func shutdown() async { await transport.shutdown() }

    /// The answer to a request, if it is a success (2xx, 304).
    func send(_ request: PostHogRequest) async throws(AirlockError) -> ResilientReply<PostHogAnswer> {
        do throws(PostHogRefusal) {
            return try await exchange(request)
        } catch {
            throw error.error
        }
    }

    /// The same, for who needs to know what a refusal's status was.
    func exchange(_ request: PostHogRequest) async throws(PostHogRefusal) -> ResilientReply<PostHogAnswer> {
        let (message, key): (HTTPRequest, CacheKey?)
        do throws(AirlockError) {
            message = try self.message(request)
            key = try self.key(request, message.url)
        } catch {
            throw PostHogRefusal(status: nil, error: error)
        }
        let (transport, clock, watch) = (transport, clock, watch)
        var call = ResilientCall<PostHogAnswer>(
            request.name, in: group(request), key: key,
            classify: { error in
                var failure = (error as? PostHogFault)?.failure ?? Failure(.transient)
                failure.name = (error as? PostHogFault)?.name ?? ""
                return failure
            },
            attempt: { attempt in
                var message = message
                message.totalTimeout = attempt.timeLeft
                return try await watch.attempt(attempt.number, of: request, &message) { message in
                    try await Self.exchange(message, transport, clock, watch)
                }
            })
        call.isRepeatable = request.isRepeatable
        call.maximumAge = request.maximumAge
        call.staleIfError = request.isShared ? configuration.staleIfError : nil
        call.timeout = request.timeout
        call.weigh = { ByteCount($0.size) }
        do throws(ResilienceError) {
            return try await caller.call(call)
        } catch {
            var status: Int?
            if case .status(let number, _, _)? = (error.cause as? PostHogFault)?.kind { status = number }
            throw PostHogRefusal(status: status, error: Self.error(error, request))
        }
    }

    private static func exchange(
        _ message: HTTPRequest, _ transport: HTTPTransport, _ clock: any ResilienceClock, _ watch: PostHogWatch
    ) async throws -> PostHogAnswer {
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await transport.send(message)
        } catch {
            throw PostHogFault(.transport(error))
        }
        guard (200...299).contains(response.status) || response.status == 304 else {
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

    private func group(_ request: PostHogRequest) -> EndpointGroup {
        switch request.group {
        case .queries: queries
        case .objects: objects
        case .ingestion: ingestion
        }
    }

    /// Identical requests share an answer only where that is asked for; the key's owner is part of the question.
    private func key(_ request: PostHogRequest, _ url: HTTPURL) throws(AirlockError) -> CacheKey? {
        guard request.isShared else { return nil }
        return CacheKey([
            request.method.rawValue, url.text, request.body?.json ?? "", configuration.personalKey?.reveal() ?? "",
        ])
    }

    private func message(_ request: PostHogRequest) throws(AirlockError) -> HTTPRequest {
        let base = request.side == .app ? appURL : ingestionURL
        let root = base.path.hasSuffix("/") ? String(base.path.dropLast()) : base.path
        let path =
            request.path.hasPrefix("/") ? request.path : "/api/projects/\(configuration.projectID)/\(request.path)"
        let query = request.query.isEmpty ? "" : "?\(PercentCoding.query(request.query))"
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
        if request.body != nil { headers.set("Content-Type", "application/json") }
        do throws(HTTPError) {
            let port = base.port == (base.scheme == .https ? 443 : 80) ? "" : ":\(base.port)"
            let url = try HTTPURL("\(base.scheme)://\(base.host)\(port)\(root)\(path)\(query)")
            return HTTPRequest(
                request.method, url, headers: headers, body: request.body.map { .bytes($0.jsonBytes) } ?? .none,
                isIdempotent: request.isRepeatable)
        } catch {
            throw AirlockError(error)
        }
    }

    private static func error(_ error: ResilienceError, _ request: PostHogRequest) -> AirlockError {
        guard let fault = error.cause as? PostHogFault else { return error.airlockError }
        var result = fault.airlockError(of: request)
        switch error.reason {
        // Its own words say all there is to say.
        case .failed(.permanent): return result
        case .failed: result.message += error.attempts > 1 ? ", \(error.attempts) times in a row" : ""
        default:
            var own = error.airlockError
            own.cause = result.message + (result.cause.map { ": \($0)" } ?? "")
            return own
        }
        return result
    }
}

/// Why there is no answer, with the status where PostHog gave one.
struct PostHogRefusal: Error {
    var status: Int?
    var error: AirlockError
}
