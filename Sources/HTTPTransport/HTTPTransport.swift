/// Sends HTTP requests with libcurl: one event loop for all of them, connections that are kept and shared, HTTP/2 where the
/// server speaks it.
///
/// libcurl is loaded, and the thread started, with the first request. Cookies, netrc files, alternative services and the
/// environment's proxies are not used. Redirects stay at the same scheme, host and port.
///
/// One transport serves a whole program: its connections are shared by all its callers. When the last reference is gone, or
/// with ``shutdown()``, everything under way ends with `closed`.
public final class HTTPTransport: Sendable {
    public let configuration: Configuration
    let loop: TransferLoop

    /// - Throws: `invalidRequest` for a configuration out of range. Nothing is loaded or opened yet.
    public init(_ configuration: Configuration = Configuration()) throws(HTTPError) {
        try configuration.check()
        self.configuration = configuration
        loop = TransferLoop(configuration)
    }

    deinit { loop.close() }

    /// Sends a request and collects the response, whatever its status.
    ///
    /// Cancelling the task ends the transfer, and with it the connection (HTTP/2: the stream).
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let answer = try await perform(try transfer(request, isStreamed: false))
        return HTTPResponse(
            status: answer.status, headers: answer.headers, body: answer.body, url: answer.url, timings: answer.timings)
    }

    /// Sends a request and returns with the response's head; the body is read from the result.
    ///
    /// The maximum response size and the total timeout hold for the body too.
    public func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStreamedResponse {
        let transfer = try transfer(request, isStreamed: true)
        let answer = try await perform(transfer)
        let channel = transfer.channel ?? BodyChannel()
        return HTTPStreamedResponse(
            status: answer.status, headers: answer.headers, url: answer.url,
            body: HTTPBodyChunks(owner: TransferOwner(transfer, channel: channel, transport: self)))
    }

    private func transfer(_ request: HTTPRequest, isStreamed: Bool) throws(HTTPError) -> Transfer {
        try request.check(configuration)
        return Transfer(request, configuration, isStreamed: isStreamed)
    }

    private func perform(_ transfer: Transfer) async throws(HTTPError) -> Transfer.Answer {
        transfer.maker = transfer.upload.map { [loop] upload in
            Task { await upload.make { loop.post(.resume(transfer)) } }
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.continuation = continuation
                loop.post(.start(transfer))
            }
        } onCancel: {
            loop.cancel(transfer)
        }
        return try result.get()
    }

    /// Loads libcurl and starts the thread, so that the first request does not have to. Returns at once.
    public func prepare() { loop.prepare() }

    /// Counts since the transport was made.
    public var statistics: HTTPStatistics { loop.counts.statistics }

    /// Ends everything under way with `closed`, closes all connections, and returns when the thread is gone. Requests that
    /// come later are refused with `closed`.
    public func shutdown() async { await loop.closeAndJoin() }
}
