import AirlockCore
import AirlockTesting
import Foundation
import Testing

@testable import HTTPTransport

/// TLS and HTTP/2, with certificates of the tests' own.
@Suite(.timeLimit(.minutes(2))) struct TLSTests {
    /// Made once: openssl takes a while.
    private static let authority = Result { try TestAuthority() }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var certificate = TestAuthority.Certificate.good
        var offer = TLSServer.Offer.tls13
        var host = "localhost"
        var isAuthorityKnown = true
        var oldest = HTTPTransport.Configuration.TLS.Version.tls13
        /// The certificates whose keys are pinned.
        var pins: [TestAuthority.Certificate] = []
        /// The text of the answer, or the fault.
        var outcome: Outcome
    }

    enum Outcome: Sendable, Equatable {
        case answer(String)
        case fault(HTTPError.Kind)
    }

    static let cases: [Case] = [
        Case(testDescription: "a good certificate", outcome: .answer("TLSv1.3")),
        Case(testDescription: "by address", host: "127.0.0.1", outcome: .answer("TLSv1.3")),
        Case(testDescription: "TLS 1.3 where 1.2 would do", oldest: .tls12, outcome: .answer("TLSv1.3")),
        Case(
            testDescription: "TLS 1.2 where it is allowed", offer: .tls12, oldest: .tls12, outcome: .answer("TLSv1.2")),
        Case(testDescription: "TLS 1.2 by default", offer: .tls12, outcome: .fault(.tls(.handshake))),
        Case(testDescription: "an unknown authority", isAuthorityKnown: false, outcome: .fault(.tls(.certificate))),
        Case(testDescription: "expired", certificate: .expired, outcome: .fault(.tls(.certificate))),
        Case(testDescription: "another name", certificate: .wrongHost, outcome: .fault(.tls(.certificate))),
        Case(testDescription: "the pinned key", pins: [.good], outcome: .answer("TLSv1.3")),
        Case(testDescription: "one of the pinned keys", pins: [.other, .good], outcome: .answer("TLSv1.3")),
        Case(testDescription: "another key than the pinned", pins: [.other], outcome: .fault(.tls(.pinnedKey))),
        Case(
            testDescription: "the pinned key of an unknown authority", isAuthorityKnown: false, pins: [.good],
            outcome: .fault(.tls(.certificate))),
        Case(testDescription: "an end without a farewell", offer: .cut, outcome: .fault(.malformed)),
    ]

    @Test(arguments: cases) func trustsOnlyWhatItShould(_ test: Case) async throws {
        let authority = try Self.authority.get()
        let server = try TLSServer(authority, test.certificate, test.offer)
        let pins = try test.pins.map { try Self.pin(authority.publicKey($0)) }
        let transport = try makeTransport {
            $0.tls.minimumVersion = test.oldest
            $0.tls.pinnedKeys = pins
            if test.isAuthorityKnown { $0.tls.authorities = .file(authority.bundle) }
        }
        let request = HTTPRequest(.post, try HTTPURL(server.url(host: test.host)), body: .bytes([1]))
        switch test.outcome {
        case .answer(let text):
            let response = try await transport.send(request)
            #expect(response.text == text)
            #expect(response.timings.tls > response.timings.connect)
        case .fault(let kind):
            let error = await failure { _ = try await transport.send(request) }
            #expect(error?.kind == kind)
            #expect(error?.isSafeToRepeat == (kind != .malformed), "a handshake sends no request")
        }
    }

    private static func pin(_ key: [UInt8]) -> String {
        let digest = stride(from: 0, to: 64, by: 2).compactMap { place -> UInt8? in
            UInt8(SHA256.hexDigest(key).dropFirst(place).prefix(2), radix: 16)
        }
        return Data(digest).base64EncodedString()
    }

    @Test func needsAReadableFileOfAuthorities() async throws {
        let server = try TLSServer(try Self.authority.get(), .good)
        for path in ["/nonexistent/ca.pem", "/dev/null"] {
            let transport = try makeTransport { $0.tls.authorities = .file(path) }
            let error = await failure { _ = try await transport.send(HTTPRequest(.get, try HTTPURL(server.url()))) }
            #expect(error?.kind == .tls(.authorities))
        }
    }

    /// https to a server that speaks http, and the other way round.
    @Test func doesNotMixUpSchemes() async throws {
        let plain = try LoopbackServer { _ in [.response(body: "x")] }
        let transport = try makeTransport()
        let secure = HTTPRequest(.get, try HTTPURL(plain.url().replacing("http:", with: "https:")))
        #expect(await failure { _ = try await transport.send(secure) }?.kind == .tls(.handshake))
        #expect(plain.requests.isEmpty)
        let server = try TLSServer(try Self.authority.get(), .good)
        let url = try HTTPURL(server.url().replacing("https:", with: "http:"))
        let error = await failure { _ = try await transport.send(HTTPRequest(.get, url)) }
        #expect(error?.kind == .connectionLost || error?.kind == .malformed)
    }

    // MARK: HTTP/2

    private func makeHTTP2(_ answers: String) throws -> (TLSServer, HTTPTransport, HTTPRequest) {
        let authority = try Self.authority.get()
        let server = try TLSServer(authority, .good, .http2, answers: answers)
        let transport = try makeTransport { $0.tls.authorities = .file(authority.bundle) }
        return (server, transport, HTTPRequest(.get, try HTTPURL(server.url())))
    }

    @Test func sendsManyRequestsOverOneConnection() async throws {
        let (server, transport, request) = try makeHTTP2("")
        #expect(try await transport.send(request).timings.httpVersion == "2")
        let answers = try await withThrowingTaskGroup { group in
            for index in 0..<50 {
                var request = request
                if index % 2 == 0 {
                    request.method = .put
                    request.body = .bytes([UInt8](repeating: 1, count: 1000 * index))
                }
                let own = request
                group.addTask { try await transport.send(own).text }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: "222222", count: 50))
        #expect(transport.statistics.connectionsOpened == 1)
        #expect(transport.statistics.connectionsReused == 50)
        withExtendedLifetime(server) {}
    }

    @Test func aResetStreamLeavesTheConnection() async throws {
        let (server, transport, request) = try makeHTTP2("-r-")
        _ = try await transport.send(request)
        var reset = request
        reset.method = .put
        reset.body = .bytes([1])
        let other = reset
        let error = await failure { _ = try await transport.send(other) }
        #expect(error?.kind == .connectionLost)
        #expect(error?.isSafeToRepeat == false)
        #expect(try await transport.send(request).text == "222222")
        #expect(transport.statistics.connectionsOpened == 1)
        withExtendedLifetime(server) {}
    }

    @Test func aCancelledStreamLeavesTheConnection() async throws {
        let (server, transport, request) = try makeHTTP2("-h-")
        _ = try await transport.send(request)
        let sent = transport.statistics.bytesSent
        let task = Task { await failure { _ = try await transport.send(request) } }
        while transport.statistics.requestsInFlight == 0 { await Task.yield() }
        async let third = transport.send(request)
        #expect(try await third.text == "222222")
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(try await transport.send(request).text == "222222")
        #expect(transport.statistics.connectionsOpened == 1)
        #expect(transport.statistics.bytesSent > sent)
        withExtendedLifetime(server) {}
    }

    @Test(arguments: [false, true]) func readsALargeBodyByWindows(isStreamed: Bool) async throws {
        let (server, transport, request) = try makeHTTP2("b")
        if isStreamed {
            var count = 0
            for try await chunk in try await transport.stream(request).body { count += chunk.count }
            #expect(count == 3_000_000)
        } else {
            #expect(try await transport.send(request).body.count == 3_000_000)
        }
        withExtendedLifetime(server) {}
    }
}
