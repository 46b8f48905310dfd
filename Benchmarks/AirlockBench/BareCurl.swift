import AirlockCore
import CLibcurl

/// The least that a program does with libcurl to send what the driver sends: one handle, its options set once, each answer
/// collected.
///
/// `@unchecked`: a step uses it from one task, one call after the other.
final class BareCurl: @unchecked Sendable {
    private let curl: airlock_curl_ref
    private let easy: UnsafeMutableRawPointer
    private let headers: UnsafeMutablePointer<curl_slist>?
    private var answer: [UInt8] = []

    init(path: String, body: [UInt8]) throws {
        var missing: UnsafePointer<CChar>?
        guard let curl = airlock_curl_load("libcurl.so.4", &missing), airlock_curl_global_init(curl) == CURLE_OK,
            let easy = airlock_easy_init(curl)
        else { throw AirlockError(.upstreamFailed, "libcurl is not installed") }
        self.curl = curl
        self.easy = easy
        var list: UnsafeMutablePointer<curl_slist>?
        let lines = [
            "Accept: application/json", "Authorization: Bearer phx_0123456789", "Content-Type: application/json",
            "User-Agent: airlock",
        ]
        for line in lines {
            list = airlock_curl_append(curl, list, line)
        }
        headers = list
        var body = body
        let codes = [
            airlock_easy_set_text(curl, easy, CURLOPT_URL, try HTTPSteps.url(path)),
            airlock_easy_set_text(curl, easy, CURLOPT_PROXY, ""),
            airlock_easy_set_text(curl, easy, CURLOPT_ACCEPT_ENCODING, ""),
            airlock_easy_set_offset(curl, easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)),
            airlock_easy_set_pointer(curl, easy, CURLOPT_COPYPOSTFIELDS, &body),
            airlock_easy_set_list(curl, easy, CURLOPT_HTTPHEADER, list),
            airlock_easy_set_pointer(curl, easy, CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque()),
            airlock_easy_on_write(curl, easy) { buffer, size, count, context in
                guard let buffer, let context else { return 0 }
                Unmanaged<BareCurl>.fromOpaque(context).takeUnretainedValue().answer
                    .append(contentsOf: UnsafeRawBufferPointer(start: buffer, count: size * count))
                return size * count
            },
        ]
        guard codes.allSatisfy({ $0 == CURLE_OK }) else {
            throw AirlockError(.upstreamFailed, "libcurl refuses an option")
        }
    }

    /// - Returns: the answer's body.
    func send() throws -> [UInt8] {
        answer = []
        guard airlock_easy_perform(curl, easy) == CURLE_OK else {
            throw AirlockError(.upstreamFailed, "the request failed")
        }
        return answer
    }

    func close() {
        airlock_easy_cleanup(curl, easy)
        airlock_curl_free_list(curl, headers)
    }
}
