/// What a connection may ask of the server.
public struct HTTPLimits: Sendable, Hashable {
    /// Request line and headers; more is answered with 431.
    public var headBytes = 64 * 1024
    public var headerCount = 100
    /// More is answered with 413; PostHog's number.
    public var bodyBytes = 20 * 1024 * 1024
    /// Connections at once; one more is answered with 503.
    public var connections = 256
    /// From the first byte of a request to the last of its head; then 408.
    public var headTime = Duration.seconds(10)
    /// From the head to the last byte of the body; then 408.
    public var bodyTime = Duration.seconds(60)
    /// How long a connection may do nothing between requests.
    public var idleTime = Duration.seconds(60)
    /// How long a peer may take to read an answer that it is sent at full speed.
    public var writeTime = Duration.seconds(60)

    public init() {}
}
