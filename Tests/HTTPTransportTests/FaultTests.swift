import AirlockCore
import AirlockTesting
import Testing

@testable import HTTPTransport

/// Servers that are slow, broken or hostile.
@Suite(.timeLimit(.minutes(2))) struct FaultTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind: HTTPError.Kind
        var isSafeToRepeat = false
        var steps: [LoopbackStep]
    }

    private static let chunked = LoopbackStep.head(headers: [("Transfer-Encoding", "chunked")], length: nil)

    static let cases: [Case] = [
        Case(testDescription: "nothing", kind: .connectionLost, steps: [.close]),
        Case(testDescription: "a reset", kind: .connectionLost, steps: [.reset]),
        Case(
            testDescription: "half a head", kind: .connectionLost,
            steps: [.text("HTTP/1.1 200 OK\r\nX: 1\r\n"), .close]),
        Case(
            testDescription: "a body that is cut", kind: .connectionLost,
            steps: [.text(LoopbackStep.head(length: 100)), .text("short"), .close]),
        Case(
            testDescription: "a reset in the body", kind: .connectionLost,
            steps: [.text(LoopbackStep.head(length: 100)), .text("short"), .reset]),
        Case(
            testDescription: "chunks that are cut", kind: .connectionLost,
            steps: [.text(chunked), .chunk("one"), .close]),
        Case(
            testDescription: "a chunk without a size", kind: .connectionLost,
            steps: [.text(chunked), .text("zzz\r\n"), .close]),
        Case(
            testDescription: "garbage for a status line", kind: .malformed, steps: [.text("SSH-2.0-x\r\n\r\n"), .close]),
        Case(testDescription: "HTTP/0.9", kind: .malformed, steps: [.text("<html></html>"), .close]),
        Case(
            testDescription: "a status of two digits", kind: .malformed,
            steps: [.text("HTTP/1.1 20 OK\r\n\r\n"), .close]),
        Case(
            testDescription: "a header without a colon", kind: .malformed,
            steps: [.text("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), .close]),
        Case(
            testDescription: "another protocol", kind: .malformed,
            steps: [.text("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nxxx"), .close]),
        Case(
            testDescription: "a body that ends with the connection", kind: .malformed,
            steps: [.text(LoopbackStep.head(length: nil)), .text("whole or not"), .close]),
        Case(
            testDescription: "no gzip where gzip is announced", kind: .malformed,
            steps: [.response(headers: [("Content-Encoding", "gzip")], body: "this is none")]),
        Case(
            testDescription: "an unknown encoding", kind: .malformed,
            steps: [.response(headers: [("Content-Encoding", "rot13")], body: "this is none")]),
        Case(
            testDescription: "one huge header", kind: .tooLarge(.headers),
            steps: [
                .text("HTTP/1.1 200 OK\r\nX: "), .repeated(.init(repeating: 0x61, count: 1024), times: 80),
                .text("\r\n"),
                .waitForHangUp,
            ]),
        Case(
            testDescription: "one header without end", kind: .tooLarge(.headers),
            steps: [.text("HTTP/1.1 200 OK\r\nX: "), .repeated(.init(repeating: 0x61, count: 1024), times: 200_000)]),
        Case(
            testDescription: "headers without end", kind: .tooLarge(.headers),
            steps: [.text("HTTP/1.1 200 OK\r\n"), .repeated(Array("X: 1\r\n".utf8), times: 1_000_000), .close]),
        Case(
            testDescription: "interim responses without end", kind: .tooLarge(.headers),
            steps: [.repeated(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), times: 1_000_000), .close]),
        Case(
            testDescription: "a body announced too large", kind: .tooLarge(.body),
            steps: [.text(LoopbackStep.head(length: 1_000_001)), .waitForHangUp]),
        Case(
            testDescription: "a body too large without a word", kind: .tooLarge(.body),
            steps: [.text(chunked), .repeated(Array("5\r\nxxxxx\r\n".utf8), times: 1_000_000), .waitForHangUp]),
        Case(
            testDescription: "a gzip bomb", kind: .tooLarge(.body),
            steps: [.response(headers: [("Content-Encoding", "gzip")], body: gzipBomb)]),
        Case(
            testDescription: "a redirect to another host", kind: .redirectRefused,
            steps: [.response(302, headers: [("Location", "https://elsewhere.test/")])]),
        Case(
            testDescription: "a redirect to another port", kind: .redirectRefused,
            steps: [.response(307, headers: [("Location", "http://127.0.0.1:1/")])]),
        Case(
            testDescription: "a redirect to another scheme", kind: .redirectRefused,
            steps: [.response(302, headers: [("Location", "file:///etc/passwd")])]),
        Case(
            testDescription: "redirects without end", kind: .redirectRefused,
            steps: [.response(302, headers: [("Location", "/again")])]),
    ]

    /// Some 400 kB that decode to 64 MiB.
    private static let gzipBomb = TestGzip.zeros(bytes: 64 << 20)

    @Test(arguments: cases) func namesTheFault(_ fault: Case) async throws {
        let server = try LoopbackServer { _ in fault.steps }
        let transport = try makeTransport { $0.maxResponseSize = ByteCount(1_000_000) }
        let error = await failure {
            _ = try await transport.send(try server.request("/path?key=phx_secret"))
        }
        #expect(error?.kind == fault.kind)
        #expect(error?.isSafeToRepeat == fault.isSafeToRepeat)
        #expect(error?.hint != nil)
        #expect(error?.description.contains("phx_secret") == false)
        #expect(transport.statistics.requestsInFlight == 0)
        #expect(transport.statistics.requestsFailed == 1)
        // Whatever came, it is not the next request's.
        #expect(await failure { _ = try await transport.send(try server.request()) }?.kind == fault.kind)
    }

    @Test func acceptsABodyOfExactlyTheMaximum() async throws {
        let server = try LoopbackServer { _ in [.response(body: String(repeating: "x", count: 1000))] }
        let transport = try makeTransport { $0.maxResponseSize = ByteCount(1000) }
        #expect(try await transport.send(try server.request()).body.count == 1000)
        // A HEAD response announces what does not come.
        var large = try server.request("/", .head)
        large.maxResponseSize = ByteCount(10)
        #expect(try await transport.send(large).headers["Content-Length"] == "1000")
    }

    /// They are all that there is to see of a fault.
    @Test func readsAnErrorsPageToTheEndOfTheConnection() async throws {
        let server = try LoopbackServer { _ in
            [.text("HTTP/1.0 502 Bad\r\n\r\nupstream is down"), .close]
        }
        let response = try await makeTransport().send(try server.request())
        #expect(response.status == 502)
        #expect(response.text == "upstream is down")
        #expect(response.timings.httpVersion == "1.0")
    }

    @Test func reportsARefusedConnection() async throws {
        let server = try LoopbackServer { _ in [] }
        let url = try HTTPURL(server.url("/?key=phx_secret"))
        server.stop()
        let transport = try makeTransport()
        let error = await failure { _ = try await transport.send(HTTPRequest(.post, url, body: .bytes([1]))) }
        #expect(error?.kind == .connect)
        #expect(error?.cause == "Connection refused")
        #expect(error?.isSafeToRepeat == true)
    }

    @Test func reportsAnUnknownName() async throws {
        // RFC 6761: no name below .invalid exists. Without a name server the failure is the same.
        let transport = try makeTransport()
        let error = await failure {
            _ = try await transport.send(HTTPRequest(.get, try HTTPURL("https://airlock.invalid/")))
        }
        #expect(error?.kind == .resolve || error?.kind == .timedOut(.connect))
        #expect(error?.isSafeToRepeat == true)
    }

    struct Slow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var phase: HTTPError.Phase
        var steps: [LoopbackStep]
    }

    static let slow: [Slow] = [
        Slow(testDescription: "no answer", phase: .firstByte, steps: [.waitForHangUp]),
        Slow(testDescription: "half a head", phase: .total, steps: [.text("HTTP/1.1 200 OK\r\n"), .waitForHangUp]),
        Slow(
            testDescription: "half a body", phase: .total,
            steps: [.text(LoopbackStep.head(length: 10)), .text("half"), .waitForHangUp]),
    ]

    @Test(arguments: slow) func endsInTime(_ slow: Slow) async throws {
        let server = try LoopbackServer { _ in slow.steps }
        // One of the two is long, so that it is not the machine's speed that decides which comes first; the other is long
        // enough for the server to have read the request.
        let transport = try makeTransport {
            $0.firstByteTimeout = slow.phase == .firstByte ? .milliseconds(500) : .seconds(60)
            $0.totalTimeout = slow.phase == .total ? .milliseconds(500) : .seconds(60)
        }
        let error = await failure { _ = try await transport.send(try server.request()) }
        #expect(error?.kind == .timedOut(slow.phase))
        #expect(error?.isSafeToRepeat == false)
        #expect(error?.timings.map { $0.total >= .milliseconds(500) } == true)
        // The connection is gone, and with it the request.
        for await number in server.hangUps {
            #expect(number == 1)
            break
        }
    }

    @Test func endsAWaitInTime() async throws {
        let gate = LoopbackGate()
        let server = try LoopbackServer { _ in [.waitFor(gate), .response(body: "x")] }
        let transport = try makeTransport { $0.maxConnectionsPerHost = 1 }
        async let first = transport.send(try server.request())
        while server.requests.isEmpty { await Task.yield() }
        var request = try server.request()
        request.totalTimeout = .milliseconds(50)
        let second = request
        let error = await failure { _ = try await transport.send(second) }
        #expect(error?.kind == .timedOut(.waiting))
        #expect(error?.isSafeToRepeat == true)
        gate.open()
        #expect(try await first.status == 200)
        #expect(server.requests.count == 1)
    }

    /// Nobody takes the connection: the backlog of the socket is full.
    @Test func endsAConnectInTime() async throws {
        let socket = try FullSocket()
        let transport = try makeTransport { $0.connectTimeout = .milliseconds(100) }
        let error = await failure {
            _ = try await transport.send(HTTPRequest(.get, try HTTPURL("http://127.0.0.1:\(socket.port)/")))
        }
        #expect(error?.kind == .timedOut(.connect))
        #expect(error?.isSafeToRepeat == true)
    }
}
