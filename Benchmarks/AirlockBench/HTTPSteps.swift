import AirlockCore
import Glibc
import HTTPTransport

/// 200 requests one after the other, by our transport and by libcurl's easy interface without anything around it.
enum HTTPSteps {
    static let count = 200
    /// What a query looks like, as long as one is.
    static let body = Array(
        #"{"query":{"kind":"HogQLQuery","query":"\#(String(repeating: "x", count: 250))"}}"#.utf8)

    static var all: [any BenchStep] {
        ["", "/1ms", "/10ms"].flatMap { path in
            [
                TransportStep(name: "http-transport\(path)", path: path),
                BareCurlStep(name: "http-curl\(path)", path: path),
            ]
                as [any BenchStep]
        }
    }

    static func url(_ path: String) throws -> String {
        guard let port = getenv("AIRLOCK_BENCH_PORT").map({ String(cString: $0) }) else {
            throw AirlockError(.invalidArgument, "AIRLOCK_BENCH_PORT does not name the server's port")
        }
        return "http://127.0.0.1:\(port)\(path)/api/projects/1/query/"
    }

    /// Milliseconds for each request.
    static func mean(_ body: () async throws -> Int) async throws -> StepRun {
        // Makes the connection.
        let bytes = try await body()
        var run = try await StepRun.timing {
            for _ in 0..<count where try await body() != bytes {
                throw AirlockError(.upstreamFailed, "the answers differ in length")
            }
            return .int(bytes)
        }
        run.milliseconds /= Double(count)
        return run
    }
}

struct TransportStep: BenchStep {
    let name: String
    let path: String

    func run() async throws -> StepRun {
        let transport = try HTTPTransport()
        let request = HTTPRequest(
            .post, try HTTPURL(try HTTPSteps.url(path)),
            headers: ["Authorization": .bearer(SecretText("phx_0123456789")), "Content-Type": "application/json"],
            body: .bytes(HTTPSteps.body), isIdempotent: true)
        let run = try await HTTPSteps.mean { try await transport.send(request).body.count }
        await transport.shutdown()
        return run
    }
}

/// By libcurl's easy interface.
struct BareCurlStep: BenchStep {
    let name: String
    let path: String

    func run() async throws -> StepRun {
        let curl = try BareCurl(path: path, body: HTTPSteps.body)
        defer { curl.close() }
        return try await HTTPSteps.mean { try curl.send().count }
    }
}
