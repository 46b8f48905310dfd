/// The transport's counts, for metrics. Those without "in" or "open" only grow.
public struct HTTPStatistics: Sendable, Hashable {
    /// Sockets that are open now, kept ones among them.
    public var openConnections = 0
    public var connectionsOpened = 0
    /// Requests, redirects among them, that went out on a connection that was there already.
    public var connectionsReused = 0
    /// Requests whose end is still to come, without those that wait.
    public var requestsInFlight = 0
    /// Requests that wait for a free connection.
    public var requestsWaiting = 0
    /// Requests that got a response, whatever its status.
    public var requestsAnswered = 0
    /// Requests that ended with an error, cancelled ones among them.
    public var requestsFailed = 0
    public var bytesSent = 0
    public var bytesReceived = 0

    public init() {}
}
