internal import AirlockCore
internal import DriverKit
internal import GRDB
internal import LocalWarehouse

/// Everything behind the port: routes, the warehouse and what the server keeps beside it.
final class PostHogAPI: HTTPHandler {
    let options: ServerOptions
    let live: LiveWarehouse
    let driver: LocalDriver
    let intake: EventIntake
    let objects: ObjectStore
    let queries: QueryDesk
    let rates: RateLimits
    let faults: FaultBoard
    let requests = RequestCounter()

    init(_ options: ServerOptions) throws(AirlockError) {
        self.options = options
        if !FileCheck.exists(options.data) { try LiveWarehouse.makeEmpty(at: options.data) }
        live = try LiveWarehouse(at: options.data)
        driver = LocalDriver(path: options.data)
        intake = EventIntake(live)
        objects = ObjectStore(live)
        queries = QueryDesk(limit: options.enforcesLimits ? options.concurrentQueries : nil)
        rates = RateLimits(isOn: options.enforcesLimits)
        faults = FaultBoard(options.faults)
    }

    func close() { live.close() }

    /// The time that queries take for now, in microseconds since 1970: the warehouse's own clock where it has one.
    var now: Int64 { live.pinnedNow ?? Instant.systemNow() }

    func tlsFault() -> TLSFault { faults.tls }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        requests.count(request)
        return await faults.answer(request) { await self.handled(request) }
    }

    /// The answer without faults.
    private func handled(_ http: HTTPRequest) async -> HTTPResponse {
        var request = Request(http)
        do throws(APIError) {
            try readBody(&request)
            return try await route(request)
        } catch {
            return error.response
        }
    }

    private func readBody(_ request: inout Request) throws(APIError) {
        guard !request.http.body.isEmpty else { return }
        let isIngestion = request.path.first != "api"
        let coding = request.http.header("content-encoding") ?? request.parameter("compression")
        do throws(ContentDecoding.Failure) {
            let body = try ContentDecoding.decoded(
                request.http.body, coding: coding,
                limit: isIngestion ? options.limits.bodyBytes * 4 : options.limits.bodyBytes)
            request.http.body = body
        } catch {
            switch error {
            case .unknownCoding: throw APIError(text: 415, "Unsupported content encoding: \(coding ?? "")")
            case .tooLarge: throw APIError(text: 413, "length limit exceeded")
            case .damaged: throw APIError(text: 400, "failed to decode request: invalid gzip data")
            }
        }
        do {
            request.json = try JSONValue(json: request.http.body)
        } catch {
            let text = "\(error.reason): line \(error.line) column \(error.column)"
            if isIngestion { throw APIError(text: 400, "failed to parse request: \(text)") }
            throw APIError(400, "validation_error", "parse_error", "JSON parse error - \(text)")
        }
    }

    private func route(_ request: Request) async throws(APIError) -> HTTPResponse {
        switch request.path.first {
        case "api": return try await routeApp(request)
        case "batch", "capture", "e", "track", "engage", "i": return try await capture(request)
        case "flags":
            if request.path == ["flags", "definitions"] { return try await flagDefinitions(request) }
            return try await evaluateFlags(request)
        case "decide": return try await evaluateFlags(request)
        case "_health", "_livez", "_readyz", "_preflight": return .text(200, "ok")
        case nil: return .text(200, "A PostHog over a local warehouse.\n")
        default: throw .endpointNotFound
        }
    }
}
