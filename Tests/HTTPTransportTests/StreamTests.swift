import AirlockCore
import AirlockTesting
import Testing

@testable import HTTPTransport

/// Bodies that are read as they come.
@Suite(.timeLimit(.minutes(2))) struct StreamTests {
    private static let chunked = LoopbackStep.head(headers: [("Transfer-Encoding", "chunked")], length: nil)

    @Test func givesTheHeadBeforeTheBodyAndEachPieceAsItComes() async throws {
        let (first, second) = (LoopbackGate(), LoopbackGate())
        let server = try LoopbackServer { _ in
            [
                .text(Self.chunked), .waitFor(first), .chunk("one"), .waitFor(second), .chunk("two"), .chunk(""),
            ]
        }
        let transport = try makeTransport()
        let response = try await transport.stream(try server.request())
        #expect(response.status == 200)
        var chunks = response.body.makeAsyncIterator()
        #expect(response.body.timings == nil)
        first.open()
        #expect(try await chunks.next().map { String(decoding: $0, as: UTF8.self) } == "one")
        second.open()
        #expect(try await chunks.next().map { String(decoding: $0, as: UTF8.self) } == "two")
        #expect(try await chunks.next() == nil)
        #expect(try await chunks.next() == nil)
        #expect(response.body.timings?.httpVersion == "1.1")
    }

    /// A reader that does not read keeps the server waiting, and the memory small.
    @Test func holdsTheServerBack() async throws {
        let size = 64 << 20
        let server = try LoopbackServer { _ in
            [
                .text(LoopbackStep.head(length: size)),
                .repeated([UInt8](repeating: 1, count: 1 << 16), times: size >> 16),
            ]
        }
        let transport = try makeTransport()
        let response = try await transport.stream(try server.request())
        let channel = response.body.owner.channel
        while !channel.isPaused { await Task.yield() }
        #expect(channel.bufferedBytes <= 512 << 10)
        var (count, largest) = (0, 0)
        for try await chunk in response.body {
            count += chunk.count
            largest = max(largest, channel.bufferedBytes)
        }
        #expect(count == size)
        #expect(largest <= 512 << 10)
    }

    @Test func endsTheRequestWithItsLastReader() async throws {
        let server = try LoopbackServer { _ in [.text(LoopbackStep.head(length: 10)), .waitForHangUp] }
        let transport = try makeTransport()
        do { _ = try await transport.stream(try server.request()) }
        for await _ in server.hangUps { break }
        #expect(transport.statistics.requestsInFlight == 0)
    }

    @Test func endsTheRequestWithItsReadersTask() async throws {
        let server = try LoopbackServer { _ in [.text(LoopbackStep.head(length: 10)), .waitForHangUp] }
        let transport = try makeTransport()
        let response = try await transport.stream(try server.request())
        let reader = Task { await failure { _ = try await response.body.collect(maxBytes: 100) } }
        reader.cancel()
        #expect(await reader.value?.kind == .cancelled)
        for await _ in server.hangUps { break }
    }

    @Test func throwsWhatBreaksInTheBody() async throws {
        let server = try LoopbackServer { _ in [.text(LoopbackStep.head(length: 10)), .text("half"), .reset] }
        let transport = try makeTransport()
        let response = try await transport.stream(try server.request())
        let error = await failure { for try await _ in response.body {} }
        #expect(error?.kind == .connectionLost)
        #expect(await failure { for try await _ in response.body {} }?.kind == .connectionLost)
    }

    @Test func boundsWhatIsCollected() async throws {
        let server = try LoopbackServer { _ in [.response(body: "0123456789")] }
        let transport = try makeTransport()
        let first = try await transport.stream(try server.request())
        #expect(try await first.body.collect(maxBytes: 10).count == 10)
        let second = try await transport.stream(try server.request())
        #expect(await failure { _ = try await second.body.collect(maxBytes: 9) }?.kind == .tooLarge(.body))
    }

    @Test func streamsBothWays() async throws {
        let server = try LoopbackServer { _ in [.response(body: "done")] }
        let (pieces, feed) = AsyncStream.makeStream(of: [UInt8].self)
        let source = PieceSource(pieces)
        feed.yield([1, 2, 3])
        let transport = try makeTransport()
        async let response = transport.stream(
            try server.request("/", .put, body: .stream(HTTPBodyStream { await source.next() })))
        feed.yield([4])
        feed.finish()
        #expect(try await response.body.collect(maxBytes: 10) == Array("done".utf8))
        #expect(server.requests.first?.body == [1, 2, 3, 4])
    }

    private actor PieceSource {
        private let stream: AsyncStream<[UInt8]>

        init(_ stream: AsyncStream<[UInt8]>) { self.stream = stream }

        func next() async -> [UInt8]? {
            for await piece in stream { return piece }
            return nil
        }
    }
}
