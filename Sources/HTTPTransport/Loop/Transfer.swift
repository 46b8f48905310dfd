import AirlockCore
import CLibcurl
import Synchronization

/// One request on its way.
///
/// `@unchecked`: made by the caller's task and handed to the loop through its mailbox, which is a mutex. From then on only who
/// has the engine, under another one, touches the variables; everybody else sees the constants, of which `isCancelled` is
/// atomic.
final class Transfer: @unchecked Sendable {
    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var url: HTTPURL
        var body: [UInt8] = []
        var timings = HTTPTimings()
    }
    typealias Continuation = CheckedContinuation<Result<Answer, HTTPError>, Never>

    let request: HTTPRequest
    let configuration: HTTPTransport.Configuration
    /// Where the body goes piece by piece; `nil` where it is collected.
    let channel: BodyChannel?
    let upload: UploadFeed?
    let isCancelled = Atomic(false)
    let maxBodyBytes: Int

    /// Resumed once and then gone.
    var continuation: Continuation?
    /// Makes the body of `upload`.
    var maker: Task<Void, Never>?
    var url: HTTPURL
    var handle: EasyHandle?
    /// Why the transfer is being ended, where we end it: what libcurl then reports is only the consequence.
    var failure: HTTPError?
    var deadlines = Deadlines()
    /// When the transfer was handed to the loop, and when it got its connection.
    var startTime: UInt64 = 0
    var beginTime: UInt64 = 0
    var redirects = 0
    /// Where to go next, once this response's body is through.
    var redirectTarget: HTTPURL?
    var head: ResponseHeadReader
    var body: [UInt8] = []
    var bodyBytes = 0
    /// How far a body of bytes was read.
    var sentOffset = 0
    /// Bytes of earlier requests of this transfer, before a redirect.
    var earlierBytesSent = 0

    init(_ request: HTTPRequest, _ configuration: HTTPTransport.Configuration, isStreamed: Bool) {
        self.request = request
        self.configuration = configuration
        channel = isStreamed ? BodyChannel() : nil
        if case .stream(let stream) = request.body { upload = UploadFeed(stream) } else { upload = nil }
        maxBodyBytes = (request.maxResponseSize ?? configuration.maxResponseSize).bytes
        head = ResponseHeadReader(maxBytes: configuration.maxHeaderSize.bytes)
        url = request.url
    }

    /// Ends the transfer towards the caller, once.
    func finish(_ result: Result<HTTPTimings, HTTPError>) {
        if let continuation = continuation.take() {
            continuation.resume(
                returning: result.map { timings in
                    Answer(status: head.status, headers: head.headers, url: url, body: body, timings: timings)
                })
        }
        channel?.finish(result)
        // The server may have answered before it had the whole body; nobody needs the rest now.
        maker.take()?.cancel()
        body = []
    }

    /// Prepares for the request that a redirect asks for.
    func followRedirect(to target: HTTPURL) {
        url = target
        redirects += 1
        redirectTarget = nil
        head = ResponseHeadReader(maxBytes: configuration.maxHeaderSize.bytes)
        bodyBytes = 0
        sentOffset = 0
    }
}
