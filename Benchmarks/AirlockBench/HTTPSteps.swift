import AirlockCore
import CLibcurl
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

/// The least that a program does with libcurl: one handle, its options set once, the answer collected.
struct BareCurlStep: BenchStep {
    let name: String
    let path: String

    func run() async throws -> StepRun {
        var missing: UnsafePointer<CChar>?
        guard let curl = airlock_curl_load("libcurl.so.4", &missing), airlock_curl_global_init(curl) == CURLE_OK,
            let easy = airlock_easy_init(curl)
        else { throw AirlockError(.upstreamFailed, "libcurl is not installed") }
        defer { airlock_easy_cleanup(curl, easy) }
        final class Answer { var bytes: [UInt8] = [] }
        let answer = Answer()
        let lines = ["Authorization: Bearer phx_0123456789", "Content-Type: application/json"]
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines { list = airlock_curl_append(curl, list, line) }
        defer { airlock_curl_free_list(curl, list) }
        let context = Unmanaged.passUnretained(answer).toOpaque()
        var body = HTTPSteps.body
        let codes = [
            airlock_easy_set_text(curl, easy, CURLOPT_URL, try HTTPSteps.url(path)),
            airlock_easy_set_text(curl, easy, CURLOPT_PROXY, ""),
            airlock_easy_set_offset(curl, easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)),
            airlock_easy_set_pointer(curl, easy, CURLOPT_COPYPOSTFIELDS, &body),
            airlock_easy_set_list(curl, easy, CURLOPT_HTTPHEADER, list),
            airlock_easy_set_pointer(curl, easy, CURLOPT_WRITEDATA, context),
            airlock_easy_on_write(curl, easy) { buffer, size, count, context in
                guard let buffer, let context else { return 0 }
                Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue().bytes
                    .append(contentsOf: UnsafeRawBufferPointer(start: buffer, count: size * count))
                return size * count
            },
        ]
        guard codes.allSatisfy({ $0 == CURLE_OK }) else {
            throw AirlockError(.upstreamFailed, "libcurl refuses an option")
        }
        return try await HTTPSteps.mean {
            answer.bytes = []
            guard airlock_easy_perform(curl, easy) == CURLE_OK else {
                throw AirlockError(.upstreamFailed, "the request failed")
            }
            return answer.bytes.count
        }
    }
}
