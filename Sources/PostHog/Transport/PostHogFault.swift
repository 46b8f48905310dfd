internal import AirlockCore
internal import HTTPTransport
internal import Resilience
internal import Telemetry

/// An answer that is a refusal, or none at all.
struct PostHogFault: Error {
    enum Kind: Sendable {
        /// PostHog answered with this status; `detail` is its own message, cut, redacted and without control characters.
        case status(Int, detail: String?, code: String?)
        /// A success whose body is no JSON.
        case malformed(String)
        case transport(HTTPError)
    }

    var kind: Kind
    var retryAfter: Duration?

    /// PostHog's messages may quote the query; nobody needs more of one than this many bytes.
    static let maxDetail = 500

    /// What is said in an error's body: `{"type","code","detail","attr"}` of the app, plain text of ingestion.
    init(_ response: HTTPResponse, unixTime: Duration) {
        let bytes = Array(response.body.prefix(1 << 16))
        let json = response.body.count <= 1 << 16 ? try? JSONValue(json: bytes) : nil
        let detail: String?
        if let json {
            // An asynchronous query says it in its status.
            detail =
                json["detail"]?.stringValue ?? json["error"]?.stringValue ?? json["message"]?.stringValue
                ?? json["query_status"]?["error_message"]?.stringValue
        } else {
            // A page of a proxy between says nothing that helps.
            let text = String(decoding: bytes.prefix(2048), as: UTF8.self)
            detail = text.contains("<html") || text.contains("<!DOCTYPE") ? nil : text
        }
        kind = .status(
            response.status, detail: detail.flatMap(Self.presentable),
            code: json?["code"]?.stringValue.flatMap(Self.presentable))
        retryAfter = response.headers["Retry-After"].flatMap { RetryAfter.parse($0, unixTime: unixTime) }
    }

    init(_ kind: Kind) { self.kind = kind }

    /// - Returns: `nil` for a text without anything to read in it.
    static func presentable(_ text: String) -> String? {
        let redacted = Redactor.redacted(text)
        var bytes: [UInt8] = []
        for scalar in redacted.unicodeScalars {
            guard bytes.count < maxDetail else {
                bytes += "…".utf8
                break
            }
            let isControl =
                scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            bytes += isControl ? [0x20] : Array(String(scalar).utf8)
        }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}

extension PostHogFault {
    /// A constant word for logs, metrics and spans: `http_503`, `malformed`, `connect`.
    var name: String {
        switch kind {
        case .status(let status, _, _): "http_\(status)"
        case .malformed: "malformed"
        case .transport(let error): error.kind.name
        }
    }

    /// What it means for the next attempt.
    func failure(in group: PostHogRequest.Group) -> Failure {
        switch kind {
        case .status(429, _, _): Failure(.throttled, retryAfter: retryAfter, mayHaveRun: false)
        // The gateway gave up, not the work: running it again would only double the load. Out of memory is 504, too.
        case .status(504, _, _) where group != .ingestion: Failure(.permanent, breaker: .failure)
        // The estimate says too long (512): PostHog is well.
        case .status(512, _, _): Failure(.permanent)
        case .status(503, _, _): Failure(.transient, retryAfter: retryAfter, mayHaveRun: false)
        case .status(408, _, _), .status(500, _, _), .status(502, _, _):
            Failure(.transient, retryAfter: retryAfter)
        case .status(let status, _, _) where status >= 500: Failure(.transient, retryAfter: retryAfter)
        case .status: Failure(.permanent)
        case .malformed: Failure(.transient)
        case .transport(let error): Self.failure(of: error)
        }
    }

    private static func failure(of error: HTTPError) -> Failure {
        switch error.kind {
        case .resolve, .connect, .connectionLost, .malformed, .timedOut, .internalFailure:
            Failure(.transient, mayHaveRun: !error.isSafeToRepeat)
        case .tls(.handshake): Failure(.transient, mayHaveRun: false)
        case .invalidRequest, .cancelled, .closed, .bodyFailed, .libraryUnavailable:
            Failure(.permanent, breaker: .ignored)
        case .tls, .tooLarge, .redirectRefused: Failure(.permanent)
        }
    }
}
