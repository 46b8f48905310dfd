import AirlockCore
import AirlockTesting
import Testing

@testable import HTTPTransport

/// Ends that the caller wants.
@Suite(.timeLimit(.minutes(2))) struct CancellationTests {
    @Test func cancellingStopsTheTransfer() async throws {
        let server = try LoopbackServer { _ in [.waitForHangUp] }
        let transport = try makeTransport()
        let task = Task { await failure { _ = try await transport.send(try server.request()) } }
        while server.requests.isEmpty { await Task.yield() }
        task.cancel()
        let error = await task.value
        #expect(error?.kind == .cancelled)
        #expect(error?.isSafeToRepeat == false)
        for await _ in server.hangUps { break }
        #expect(transport.statistics.requestsInFlight == 0)
        #expect(transport.statistics.openConnections == 0)
    }

    @Test func aCancelledTaskSendsNothing() async throws {
        let server = try LoopbackServer { _ in [.response(body: "x")] }
        let transport = try makeTransport()
        let (start, go) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for await _ in start {}
            return await failure { _ = try await transport.send(try server.request()) }
        }
        task.cancel()
        go.finish()
        let error = await task.value
        #expect(error?.kind == .cancelled)
        #expect(error?.isSafeToRepeat == true)
        #expect(try await transport.send(try server.request()).status == 200)
        #expect(server.requests.count == 1)
    }

    @Test func cancellingAWaitLeavesTheOthers() async throws {
        let gate = LoopbackGate()
        let server = try LoopbackServer { _ in [.waitFor(gate), .response(body: "x")] }
        let transport = try makeTransport { $0.maxConnectionsPerHost = 1 }
        async let first = transport.send(try server.request("/1"))
        while server.requests.isEmpty { await Task.yield() }
        let second = Task { await failure { _ = try await transport.send(try server.request("/2")) } }
        while transport.statistics.requestsWaiting == 0 { await Task.yield() }
        second.cancel()
        #expect(await second.value?.kind == .cancelled)
        gate.open()
        #expect(try await first.status == 200)
        #expect(server.requests.map(\.target) == ["/1"])
    }

    @Test func shutdownEndsEverything() async throws {
        let server = try LoopbackServer { request in
            request.target == "/quick" ? [.response(body: "x")] : [.waitForHangUp]
        }
        let transport = try makeTransport { $0.maxConnectionsPerHost = 2 }
        _ = try await transport.send(try server.request("/quick"))
        let tasks = (1...5).map { index in
            Task { await failure { _ = try await transport.send(try server.request("/\(index)")) } }
        }
        while server.requests.count < 3 || transport.statistics.requestsWaiting < 3 { await Task.yield() }
        async let again: Void = transport.shutdown()
        await transport.shutdown()
        await again
        for task in tasks { #expect(await task.value?.kind == .closed) }
        #expect(transport.statistics.openConnections == 0)
        #expect(await failure { _ = try await transport.send(try server.request()) }?.kind == .closed)
        await transport.shutdown()
    }

    @Test func shutdownOfAnUnusedTransportReturns() async throws {
        let transport = try makeTransport()
        await transport.shutdown()
        let request = HTTPRequest(.get, try HTTPURL("https://airlock.invalid/"))
        #expect(await failure { _ = try await transport.send(request) }?.kind == .closed)
    }

    @Test func theLastReferenceClosesItsConnections() async throws {
        let server = try LoopbackServer { _ in [.response(body: "x")] }
        let loop: TransferLoop
        do {
            let transport = try makeTransport()
            _ = try await transport.send(try server.request())
            loop = transport.loop
        }
        while loop.counts.statistics.openConnections > 0 { await Task.yield() }
        #expect(server.connections == 1)
    }

    /// Races of starts, ends and cancellations: each request ends once, and nothing is left over.
    @Test func everyRequestEndsOnce() async throws {
        let server = try LoopbackServer { request in
            request.target == "/0" ? [.waitForHangUp] : [.response(body: "x")]
        }
        let transport = try makeTransport()
        let ended = await withTaskGroup { group in
            for index in 0..<200 {
                group.addTask {
                    let task = Task {
                        await failure { _ = try await transport.send(try server.request("/\(index % 3)")) }
                    }
                    if index % 3 == 0 { task.cancel() }
                    return await task.value?.kind
                }
            }
            return await group.reduce(into: [HTTPError.Kind?: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(ended == [.cancelled: 67, nil: 133])
        let statistics = transport.statistics
        #expect(statistics.requestsAnswered == 133 && statistics.requestsFailed == 67)
        #expect(statistics.requestsInFlight == 0 && statistics.requestsWaiting == 0)
    }
}
