import AirlockCore
import AirlockTesting
import Testing

@testable import HTTPTransport

/// Requests and responses as they should be.
@Suite(.timeLimit(.minutes(2))) struct ExchangeTests {
    @Test(arguments: HTTPMethod.allCases) func sendsEachMethodWithHeadersAndBody(method: HTTPMethod) async throws {
        let server = try LoopbackServer { request in
            [.response(headers: [("X-Twice", "1"), ("x-twice", " 2 "), ("X-Empty", "")], body: "fine")]
        }
        let transport = try makeTransport()
        let hasBody = method != .get && method != .head
        let response = try await transport.send(
            try server.request(
                "/a/../b?q=1", method, headers: ["X-One": "1", "X-None": ""], body: hasBody ? .bytes([1, 2, 3]) : .none)
        )
        #expect(response.status == 200)
        #expect(response.text == (method == .head ? "" : "fine"))
        #expect(response.headers.values("X-TWICE") == ["1", "2"])
        #expect(response.headers.fields.map(\.name) == ["X-Twice", "x-twice", "X-Empty", "Content-Length"])
        let seen = try #require(server.requests.first)
        #expect(seen.method == method.rawValue)
        #expect(seen.target == "/a/../b?q=1", "the path goes out as it was given")
        #expect(seen.body == (hasBody ? [1, 2, 3] : []))
        #expect(seen.header("x-one") == "1")
        #expect(seen.header("x-none") == "")
        #expect(seen.header("user-agent") == "airlock")
        #expect(seen.header("accept-encoding")?.contains("gzip") == true)
        for name in ["Expect", "Content-Type", "Cookie", "Authorization"] {
            #expect(seen.header(name) == nil, "\(name)")
        }
    }

    @Test func keepsConnectionsAndReports() async throws {
        let server = try LoopbackServer { _ in [.response(body: "x")] }
        let transport = try makeTransport()
        var reused: [Bool] = []
        for _ in 1...5 { reused.append(try await transport.send(try server.request()).timings.isConnectionReused) }
        #expect(reused == [false, true, true, true, true])
        #expect(server.connections == 1)
        let statistics = transport.statistics
        #expect(statistics.connectionsOpened == 1)
        #expect(statistics.openConnections == 1)
        #expect(statistics.connectionsReused == 4)
        #expect(statistics.requestsAnswered == 5)
        #expect(statistics.requestsInFlight == 0)
        #expect(statistics.bytesSent > 5 * 50)
        await transport.shutdown()
        #expect(transport.statistics.openConnections == 0)
    }

    @Test func measuresARequest() async throws {
        let server = try LoopbackServer { _ in [.response(body: String(repeating: "x", count: 1000))] }
        let timings = try await makeTransport().send(try server.request()).timings
        #expect(timings.connect > .zero && timings.connect <= timings.firstByte)
        #expect(timings.firstByte <= timings.total)
        #expect(timings.tls == .zero)
        #expect(timings.bytesReceived > 1000 && timings.bytesReceived < 1200)
        #expect(timings.httpVersion == "1.1")
    }

    /// A request that must not arrive twice never goes out on a connection that the server may be closing.
    @Test func sendsWhatIsNotIdempotentOnAConnectionOfItsOwn() async throws {
        let server = try LoopbackServer { _ in [.response(body: "x")] }
        let transport = try makeTransport()
        _ = try await transport.send(try server.request())
        _ = try await transport.send(try server.request("/", .post, body: .bytes([1])))
        #expect(server.connections == 2)
        var idempotent = try server.request("/", .post, body: .bytes([1]))
        idempotent.isIdempotent = true
        _ = try await transport.send(idempotent)
        #expect(server.connections == 2)
    }

    /// The server closes a kept connection instead of answering: who may be sent again is, and nothing else.
    @Test func repeatsOnAStaleConnectionOnlyWhatIsIdempotent() async throws {
        let server = try LoopbackServer { request in
            request.index == 2 ? [.close] : [.response(body: "\(request.connection)")]
        }
        let transport = try makeTransport()
        _ = try await transport.send(try server.request())
        #expect(try await transport.send(try server.request()).text == "2")
        #expect(server.requests.count == 3)
    }

    @Test(arguments: [0, 1, 60_000, 70_000, 3_000_000]) func sendsBodiesOfEachSize(count: Int) async throws {
        let server = try LoopbackServer { [.response(body: "\($0.body.count)")] }
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let response = try await makeTransport().send(try server.request("/", .put, body: .bytes(bytes)))
        #expect(response.text == "\(count)")
        #expect(server.requests.first?.body == bytes)
    }

    @Test(arguments: [nil, 600_000]) func streamsABody(length: Int?) async throws {
        let server = try LoopbackServer { [.response(body: "\($0.body.count)")] }
        let pieces = Pieces(count: 6, bytes: 100_000)
        let stream = HTTPBodyStream(length: length) { await pieces.next() }
        let response = try await makeTransport().send(try server.request("/", .post, body: .stream(stream)))
        #expect(response.text == "600000")
        let request = try #require(server.requests.first)
        #expect(request.header("transfer-encoding") == (length == nil ? "chunked" : nil))
        #expect(request.header("content-length") == length.map(String.init))
    }

    /// What was promised has to come, no more and no less: the rest would be read as another request.
    @Test(arguments: [599_999, 600_001]) func endsARequestWhoseBodyBreaksItsPromise(length: Int) async throws {
        let server = try LoopbackServer { [.response(body: "\($0.body.count)")] }
        let pieces = Pieces(count: 6, bytes: 100_000)
        let stream = HTTPBodyStream(length: length) { await pieces.next() }
        let transport = try makeTransport()
        let error = await failure {
            _ = try await transport.send(try server.request("/", .post, body: .stream(stream)))
        }
        #expect(error?.kind == .bodyFailed)
        #expect(error?.isSafeToRepeat == false)
        #expect(server.requests.isEmpty)
    }

    @Test func endsARequestWhoseBodyFails() async throws {
        struct Leak: Error { var secret = "phx_secret" }
        let server = try LoopbackServer { _ in [.response(body: "x")] }
        let transport = try makeTransport()
        let error = await failure {
            let stream = HTTPBodyStream { throw Leak() }
            _ = try await transport.send(try server.request("/", .post, body: .stream(stream)))
        }
        #expect(error?.kind == .bodyFailed)
        #expect(error?.description.contains("phx_secret") == false)
        #expect(server.requests.isEmpty)
    }

    /// Interim responses are passed over, asked for or not.
    @Test(arguments: [true, false]) func passesOverInterimResponses(isExpected: Bool) async throws {
        let server = try LoopbackServer { _ in
            [
                .text("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"),
                .response(201, headers: [("X-Final", "1")], body: "done"),
            ]
        }
        let response = try await makeTransport().send(
            try server.request(
                "/", .put, headers: isExpected ? ["Expect": "100-continue"] : [:], body: .bytes([1, 2])))
        #expect(response.status == 201)
        #expect(response.headers["Link"] == nil)
        #expect(response.headers["X-Final"] == "1")
        #expect(server.requests.first?.body == [1, 2])
    }

    @Test func readsChunksAndDropsTrailers() async throws {
        let server = try LoopbackServer { _ in
            [
                .text(LoopbackStep.head(headers: [("Transfer-Encoding", "chunked")], length: nil)), .chunk("one, "),
                .chunk("two"), .text("0\r\nX-Trailer: 1\r\n\r\n"),
            ]
        }
        let transport = try makeTransport()
        let response = try await transport.send(try server.request())
        #expect(response.text == "one, two")
        #expect(response.headers["X-Trailer"] == nil)
        #expect(try await transport.send(try server.request()).timings.isConnectionReused)
    }

    @Test func sendsNoCookieBack() async throws {
        let server = try LoopbackServer { _ in [.response(headers: [("Set-Cookie", "a=b")], body: "x")] }
        let transport = try makeTransport()
        for _ in 1...2 { _ = try await transport.send(try server.request()) }
        #expect(server.requests.allSatisfy { $0.header("Cookie") == nil })
    }

    @Test func waitsInOrderForAFreeConnection() async throws {
        let gate = LoopbackGate()
        let server = try LoopbackServer { request in
            request.target == "/first" ? [.waitFor(gate), .response(body: "1")] : [.response(body: "2")]
        }
        let transport = try makeTransport { $0.maxConnectionsPerHost = 1 }
        async let first = transport.send(try server.request("/first"))
        while server.requests.isEmpty { await Task.yield() }
        async let rest = withThrowingTaskGroup { group in
            for index in 1...20 { group.addTask { try await transport.send(try server.request("/\(index)")).status } }
            return try await group.reduce(0) { $0 + ($1 == 200 ? 1 : 0) }
        }
        while transport.statistics.requestsWaiting < 20 { await Task.yield() }
        #expect(transport.statistics.requestsInFlight == 1)
        gate.open()
        #expect(try await first.text == "1")
        #expect(try await rest == 20)
        #expect(server.connections == 1)
        #expect(transport.statistics.requestsWaiting == 0)
    }

    private actor Pieces {
        private var left: Int
        private let bytes: Int

        init(count: Int, bytes: Int) { (left, self.bytes) = (count, bytes) }

        func next() -> [UInt8]? {
            left -= 1
            return left >= 0 ? [UInt8](repeating: 7, count: bytes) : nil
        }
    }
}
