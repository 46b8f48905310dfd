import AirlockCore
import AirlockTesting
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(2))) struct RedirectTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String { "\(method) \(status) to \(location)" }
        var method = HTTPMethod.get
        var status = 302
        var location: String
        /// `nil` where it is refused.
        var target: String?
    }

    static let cases: [Case] = [
        Case(location: "/b?x=1", target: "/b?x=1"), Case(location: "c", target: "/folder/c"),
        Case(location: "../c/./d/..", target: "/c/"), Case(location: "?y=2", target: "/folder/a?y=2"),
        Case(location: "/b#fragment", target: "/b"), Case(location: "//127.0.0.1:PORT/d", target: "/d"),
        Case(location: "http://127.0.0.1:PORT/e", target: "/e"), Case(status: 301, location: "/f", target: "/f"),
        Case(status: 303, location: "/f", target: "/f"), Case(status: 308, location: "/f", target: "/f"),
        Case(method: .head, location: "/f", target: "/f"),
        Case(method: .post, status: 307, location: "/f", target: "/f"),
        Case(method: .delete, status: 308, location: "/f", target: "/f"),
        Case(method: .post, status: 302, location: "/f"), Case(method: .post, status: 303, location: "/f"),
        Case(method: .put, status: 301, location: "/f"),
        Case(location: "https://127.0.0.1:PORT/"), Case(location: "http://localhost:PORT/"),
        Case(location: "http://user@127.0.0.1:PORT/"), Case(location: "//elsewhere.test/"),
        Case(location: "javascript:alert(1)"), Case(location: "http://127.0.0.1:PORT\\@elsewhere.test/"),
    ]

    @Test(arguments: cases) func goesToTheSamePlaceOnly(_ redirect: Case) async throws {
        let server = try LoopbackServer { request in
            guard request.target == "/folder/a" else { return [.response(body: request.bodyText)] }
            let port = request.header("Host")?.split(separator: ":").last.map(String.init) ?? ""
            let location = redirect.location.replacing("PORT", with: port)
            return [.response(redirect.status, headers: [("Location", location)], body: "gone")]
        }
        let transport = try makeTransport()
        let hasBody = redirect.method == .post || redirect.method == .put
        let request = try server.request(
            "/folder/a", redirect.method, headers: ["Authorization": .bearer(SecretText("phx_secret"))],
            body: hasBody ? .bytes(Array("body".utf8)) : .none)
        guard let target = redirect.target else {
            let error = await failure { _ = try await transport.send(request) }
            #expect(error?.kind == .redirectRefused)
            #expect(server.requests.count == 1)
            return
        }
        let response = try await transport.send(request)
        #expect(response.text == (hasBody ? "body" : ""))
        #expect(response.url.text == server.url(target))
        #expect(response.timings.redirects == 1)
        #expect(server.requests.map(\.method) == [redirect.method.rawValue, redirect.method.rawValue])
        #expect(server.requests.last?.target == target)
        #expect(server.requests.last?.header("Authorization") == "Bearer phx_secret")
    }

    /// 304 is an answer, and so is a redirect that does not say where to.
    @Test(arguments: [300, 304, 302]) func answersThatOnlyLookLikeRedirects(status: Int) async throws {
        let server = try LoopbackServer { _ in
            [.response(status, headers: status == 302 ? [] : [("Location", "/elsewhere")])]
        }
        #expect(try await makeTransport().send(try server.request()).status == status)
    }

    @Test func followsAsManyAsAllowed() async throws {
        let server = try LoopbackServer { request in
            let number = Int(request.target.dropFirst()) ?? 0
            return number == 5 ? [.response(body: "end")] : [.response(302, headers: [("Location", "/\(number + 1)")])]
        }
        let response = try await makeTransport().send(try server.request("/0"))
        #expect(response.text == "end")
        #expect(response.timings.redirects == 5)
        #expect(server.connections == 1)
        let strict = try makeTransport { $0.maxRedirects = 4 }
        #expect(await failure { _ = try await strict.send(try server.request("/0")) }?.kind == .redirectRefused)
    }
}
