/// What a request took. The durations of the phases begin with the request on the wire (after redirects, the last one).
public struct HTTPTimings: Sendable, Hashable {
    /// Until the name was resolved; zero on a connection that was there already, as are `connect` and `tls`.
    public var nameLookup: Duration = .zero
    /// Until the connection stood (TCP).
    public var connect: Duration = .zero
    /// Until TLS was agreed upon; zero for plain HTTP.
    public var tls: Duration = .zero
    /// Until the first byte of the response; zero where none came.
    public var firstByte: Duration = .zero
    /// From the call to the end, with the wait for a free connection and redirects.
    public var total: Duration = .zero
    /// The wait for a free connection, in `total`.
    public var waiting: Duration = .zero

    /// Headers and body, before encryption.
    public var bytesSent = 0
    /// Headers and body, after decryption and before decoding.
    public var bytesReceived = 0
    /// Whether it went out on a connection that was there already.
    public var isConnectionReused = false
    /// How many redirects were followed.
    public var redirects = 0
    /// `1.1`, `2`; empty where no response came.
    public var httpVersion = ""

    public init() {}
}
