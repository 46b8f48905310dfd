import HTTPTransport
import ResilienceTesting

@testable import PostHog

/// Requests to a real server in a simulation's time.
struct CountedSender: RequestSender {
    let transport: HTTPTransport
    let work: OutsideWork
    /// Whether the server will not answer a request for this path; asked once for each.
    let isSilent: @Sendable (_ path: String) -> Bool
    /// Requests that the server has got.
    let arrived: @Sendable () -> Int

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        var request = request
        // The clock that counts here is the simulation's.
        request.totalTimeout = .seconds(600)
        request.firstByteTimeout = .seconds(600)
        let (message, number) = (request, work.begun + 1)
        let hasArrived: OutsideWork.Silence = { [arrived] in arrived() >= number }
        let silence = isSilent(request.url.path) ? hasArrived : nil
        return try await work.run(silence: silence) { () async throws(HTTPError) in try await transport.send(message) }
    }
}
