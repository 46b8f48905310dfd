/// What came back, whole. Any status is a response: 404 and 500 are no errors here.
public struct HTTPResponse: Sendable {
    public let status: Int
    /// As they came. `Content-Encoding` and `Content-Length` speak of the bytes on the wire: ``body`` is decoded.
    public let headers: HTTPHeaders
    /// Decoded.
    public let body: [UInt8]
    /// Where it came from, after redirects.
    public let url: HTTPURL
    public let timings: HTTPTimings
}

/// What came back, its body still coming.
public struct HTTPStreamedResponse: Sendable {
    public let status: Int
    public let headers: HTTPHeaders
    public let url: HTTPURL
    public let body: HTTPBodyChunks
}

extension HTTPResponse: CustomStringConvertible {
    public var description: String { "\(status) from \(url), \(body.count) bytes" }
}
