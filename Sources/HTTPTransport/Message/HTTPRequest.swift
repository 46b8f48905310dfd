public import AirlockCore

/// What is to be sent.
public struct HTTPRequest: Sendable {
    /// What a request carries.
    public enum Body: Sendable {
        case none
        case bytes([UInt8])
        case stream(HTTPBodyStream)
    }

    public var method: HTTPMethod
    public var url: HTTPURL
    /// Fields of the caller. The message's framing (`Content-Length`, `Transfer-Encoding`, `Connection`, `Host` …) is the
    /// transport's; asking for it is an error.
    public var headers: HTTPHeaders
    public var body: Body

    /// Whether the server may get it twice without harm; by default what the method says.
    ///
    /// A kept connection may be closed by the server at the very moment a request goes out on it. libcurl then sends the
    /// request again, and nobody knows whether the server had taken the first. So a request that is not idempotent goes
    /// out on a new connection. Set this for a POST that only asks, or whose body carries its own identifiers: it saves
    /// the connection.
    public var isIdempotent: Bool

    /// Overrides of the configuration's, for this request alone; `nil` is the configuration's value.
    public var connectTimeout: Duration?
    public var firstByteTimeout: Duration?
    public var totalTimeout: Duration?
    public var maxResponseSize: ByteCount?

    public init(
        _ method: HTTPMethod = .get, _ url: HTTPURL, headers: HTTPHeaders = [:], body: Body = .none,
        isIdempotent: Bool? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.isIdempotent = isIdempotent ?? method.isIdempotent
    }
}

/// A request's body that is made while it is sent.
///
/// It is read once: such a request is not sent again, also where a redirect asks for it.
public struct HTTPBodyStream: Sendable {
    /// In bytes; `nil` where it is not known before, and the body goes out in chunks.
    public let length: Int?
    let next: @Sendable () async throws -> [UInt8]?

    /// - Parameters:
    ///   - length: what `next` gives in all. More or less than that ends the request with `bodyFailed`.
    ///   - next: the next piece, or `nil` at the end. It is asked for one piece ahead of what was sent. When it throws, the
    ///     request ends with `bodyFailed`.
    public init(length: Int? = nil, next: @escaping @Sendable () async throws -> [UInt8]?) {
        self.length = length
        self.next = next
    }
}
