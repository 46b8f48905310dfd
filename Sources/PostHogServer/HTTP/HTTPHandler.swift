/// What answers requests.
protocol HTTPHandler: Sendable {
    /// Never fails: what goes wrong is an answer too.
    func answer(_ request: HTTPRequest) async -> HTTPResponse

    /// What a client gets that opens a TLS connection.
    func tlsFault() -> TLSFault
}

/// What a client gets that opens a TLS connection; none of it is a sound handshake.
public enum TLSFault: String, Sendable, Hashable, CaseIterable {
    /// HTTP, as of a server that knows no TLS.
    case plainText = "plain"
    /// A fatal alert.
    case alert
    /// Bytes that are no TLS.
    case garbage
    case close, reset
    /// Nothing, for an hour.
    case stall
}
