/// An answer, and how it goes over the wire.
public struct HTTPResponse: Sendable {
    public var status: Int
    /// In their order; `Content-Length`, `Date` and `Connection` are added.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// What is done to it on its way.
    public var wire: WireFault

    public init(
        status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [], wire: WireFault = WireFault()
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.wire = wire
    }

    public static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }

    /// The phrase of a status line.
    static func phrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 411: "Length Required"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Unknown"
        }
    }
}

/// What goes wrong with an answer between the server and its client.
public struct WireFault: Sendable, Hashable {
    public enum Ending: Sendable, Hashable {
        /// As it should be.
        case complete
        /// The connection is closed (FIN) after this many bytes of the body; none of the answer is sent before 0 of the
        /// head when `beforeHead`.
        case close(afterBodyBytes: Int)
        case closeBeforeHead
        /// The connection is reset (RST).
        case reset(afterBodyBytes: Int)
        case resetBeforeHead
    }

    /// The time before the first byte.
    public var delay: Duration
    /// How fast the body goes out; `nil` for as fast as can be.
    public var bytesPerSecond: Int?
    public var ending: Ending
    /// A member `padding` of this many bytes is added to a JSON object; it is made while it is sent.
    public var paddingBytes: Int

    public init(
        delay: Duration = .zero, bytesPerSecond: Int? = nil, ending: Ending = .complete, paddingBytes: Int = 0
    ) {
        self.delay = delay
        self.bytesPerSecond = bytesPerSecond
        self.ending = ending
        self.paddingBytes = paddingBytes
    }
}
