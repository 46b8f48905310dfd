/// A response's body as it comes, decoded, in pieces of some kilobytes.
///
/// To be read once, by one reader. Reading slowly slows the server down; the request's total timeout goes on. The request
/// ends when the reader's task is cancelled and when the last copy of this value is gone.
public struct HTTPBodyChunks: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = HTTPError

    let owner: TransferOwner

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(owner: owner) }

    /// What was measured; `nil` until the body was read to its end.
    public var timings: HTTPTimings? { owner.channel.timings }

    public struct AsyncIterator: AsyncIteratorProtocol {
        let owner: TransferOwner

        public mutating func next() async throws(HTTPError) -> [UInt8]? { try await owner.next() }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(HTTPError) -> [UInt8]? {
            try await owner.next()
        }
    }

    /// Everything that is still to come.
    ///
    /// - Parameter maxBytes: more than that throws `tooLarge`.
    public func collect(maxBytes: Int) async throws(HTTPError) -> [UInt8] {
        var all: [UInt8] = []
        while let chunk = try await owner.next() {
            guard chunk.count <= maxBytes - all.count else {
                throw HTTPError(
                    .tooLarge(.body), "the response is larger than \(maxBytes) bytes", hint: "Ask for less of it.",
                    isSafeToRepeat: false)
            }
            all += chunk
        }
        return all
    }
}

/// Ends the transfer with the last reader.
final class TransferOwner: Sendable {
    let channel: BodyChannel
    private let transfer: Transfer
    private let transport: HTTPTransport

    init(_ transfer: Transfer, channel: BodyChannel, transport: HTTPTransport) {
        self.transfer = transfer
        self.channel = channel
        self.transport = transport
    }

    deinit { transport.loop.cancel(transfer) }

    func next() async throws(HTTPError) -> [UInt8]? {
        let result: Result<[UInt8]?, HTTPError> = await withTaskCancellationHandler {
            do throws(HTTPError) {
                return .success(try await channel.next { transport.loop.post(.resume(transfer)) })
            } catch {
                return .failure(error)
            }
        } onCancel: {
            transport.loop.cancel(transfer)
        }
        return try result.get()
    }
}
