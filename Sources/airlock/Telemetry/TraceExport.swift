import AirlockCore
import HTTPTransport
import Settings
import Telemetry

/// Sends spans to a collector: OTLP over HTTP, in JSON.
struct TraceExport {
    private let url: HTTPURL?
    private let headers: HTTPHeaders
    private let hasGivenHeaders: Bool

    /// A command does not wait longer for a collector.
    private static let timeout = Duration.seconds(5)

    init(_ settings: TelemetrySettings) throws(AirlockError) {
        url = try Self.url(settings)
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        // As OpenTelemetry's variable has them: name=value,name=value, percent-encoded.
        for pair in (settings.tracesHeaders?.reveal() ?? "").split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let name = String(parts[0].drop { $0 == " " })
            headers.set(name, .secret(SecretText(PercentCoding.decoded(parts[1], plusIsSpace: false))))
        }
        self.headers = headers
        hasGivenHeaders = settings.tracesHeaders != nil
    }

    /// Where spans go; `nil` where nobody asks for them.
    static func url(_ settings: TelemetrySettings) throws(AirlockError) -> HTTPURL? {
        let base = settings.tracesEndpoint.map { ($0.hasSuffix("/") ? String($0.dropLast()) : $0) + "/v1/traces" }
        guard let text = settings.tracesURL ?? base else { return nil }
        do throws(HTTPError) {
            return try HTTPURL(text)
        } catch {
            throw AirlockError(
                .invalidArgument, "the place for traces is no URL: \(error.message)",
                hint: "As AIRLOCK_OTLP_ENDPOINT=http://127.0.0.1:4318.")
        }
    }

    func send(_ tracer: AirlockTracer) async throws(AirlockError) {
        guard let url else { return }
        var configuration = HTTPTransport.Configuration()
        configuration.totalTimeout = Self.timeout
        configuration.connectTimeout = .seconds(2)
        // Collectors are asked in the clear next door: spans hold no secret. Headers may, and stay on this machine then.
        configuration.plainHTTP = hasGivenHeaders ? .loopback : .everywhere
        do {
            let transport = try HTTPTransport(configuration)
            try await tracer.export { body in
                let request = HTTPRequest(.post, url, headers: headers, body: .bytes(body), isIdempotent: true)
                let response = try await transport.send(request)
                guard (200...299).contains(response.status) else {
                    throw AirlockError(.upstreamFailed, "the collector answered with status \(response.status)")
                }
            }
            await transport.shutdown()
        } catch let error as AirlockError {
            throw error
        } catch let error as HTTPError {
            throw AirlockError(error)
        } catch {
            throw AirlockError(.upstreamFailed, "\(error)")
        }
    }
}
