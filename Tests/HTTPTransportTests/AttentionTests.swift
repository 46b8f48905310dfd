import AirlockTesting
import Testing

@testable import HTTPTransport

/// After quick answers the caller's own thread waits for the next one: for a moment only, and whatever comes.
@Suite(.timeLimit(.minutes(2))) struct AttentionTests {
    private static func warmUp(_ transport: HTTPTransport, _ server: LoopbackServer) async throws {
        for _ in 0..<5 { #expect(try await transport.send(try server.request("/quick")).status == 200) }
    }

    /// Answers at once, but for one path that it never answers.
    private static func hangingServer() throws -> LoopbackServer {
        try LoopbackServer { request in request.target == "/never" ? [.waitForHangUp] : [.response(body: "soon")] }
    }

    @Test func aSlowAnswerAfterQuickOnesArrives() async throws {
        let gate = LoopbackGate()
        let server = try LoopbackServer { request in
            request.target == "/slow" ? [.waitFor(gate), .response(body: "late")] : [.response(body: "soon")]
        }
        let transport = try makeTransport()
        try await Self.warmUp(transport, server)
        async let slow = transport.send(try server.request("/slow"))
        while server.requests.count < 6 { await Task.yield() }
        // Others go on meanwhile.
        try await Self.warmUp(transport, server)
        gate.open()
        #expect(try await slow.body == Array("late".utf8))
        try await Self.warmUp(transport, server)
        #expect(transport.statistics.requestsAnswered == 16)
    }

    @Test func whatIsWaitedForCanBeCancelled() async throws {
        let server = try Self.hangingServer()
        let transport = try makeTransport()
        try await Self.warmUp(transport, server)
        let task = Task { await failure { _ = try await transport.send(try server.request("/never")) } }
        while server.requests.count < 6 { await Task.yield() }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        for await _ in server.hangUps { break }
        try await Self.warmUp(transport, server)
    }

    @Test func aShutdownEndsTheWait() async throws {
        let server = try Self.hangingServer()
        let transport = try makeTransport()
        try await Self.warmUp(transport, server)
        let task = Task { await failure { _ = try await transport.send(try server.request("/never")) } }
        while server.requests.count < 6 { await Task.yield() }
        await transport.shutdown()
        #expect(await task.value?.kind == .closed)
        #expect(transport.statistics.openConnections == 0)
    }
}
