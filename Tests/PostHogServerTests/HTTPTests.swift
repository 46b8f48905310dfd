import AirlockCore
import Testing

@testable import PostHogServer

extension ServerTests {
    @Suite(.timeLimit(.minutes(1))) struct HTTPTests {
        @Test(arguments: [
            ("GET\r\n\r\n", 400), ("GET / HTTP/2.0\r\n\r\n", 505), ("GET nowhere HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400), ("GET / HTTP/1.1\r\nA : b\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
            ("POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 400),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n", 413),
        ])
        func aBadRequestIsRefused(_ text: String, _ status: Int) async throws {
            try await withServer { client, _ in
                #expect(await client.raw(Array(text.utf8)).status == status)
                #expect(await client.get("/_health").status == 200)
            }
        }

        @Test func everyAnswerHasItsTime() async throws {
            #expect(DateHeader.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
            #expect(DateHeader.text(951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
            try await withServer { client, _ in
                let date = await client.get("/_health").headers["date"] ?? ""
                #expect(date.hasSuffix(" GMT") && date.utf8.count == 29, "\(date)")
            }
        }

        @Test func headsAreBounded() async throws {
            try await withServer { client, _ in
                let long = "GET / HTTP/1.1\r\nA: " + String(repeating: "x", count: 70_000)
                #expect(await client.raw(Array(long.utf8)).status == 431)
                let many = "GET / HTTP/1.1\r\n" + (0..<200).map { "A\($0): b\r\n" }.joined() + "\r\n"
                #expect(await client.raw(Array(many.utf8)).status == 431)
            }
        }

        @Test func whoIsSlowToAskIsLeft() async throws {
            try await withServer({
                $0.limits.headTime = .milliseconds(50)
                $0.limits.bodyTime = .milliseconds(50)
            }) { client, _ in
                #expect(await client.raw(Array("GET / HT".utf8)).status == 408)
                #expect(await client.raw(Array("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab".utf8)).status == 408)
            }
        }

        @Test func requestsFollowEachOtherOnAConnection() async throws {
            try await withServer { client, server in
                let one = "GET /_health HTTP/1.1\r\nHost: x\r\n\r\n"
                let last = "GET /_health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                let reply = await client.raw(Array((one + one + last).utf8))
                let text = String(decoding: reply.bytes, as: UTF8.self)
                #expect(text.split(separator: "HTTP/1.1 200 OK", omittingEmptySubsequences: false).count == 4)
                #expect(server.requestCounts["GET /_health"] == 3)
            }
        }

        @Test func aChunkedBodyIsPutTogether() async throws {
            try await withServer { client, _ in
                let body = "{\"api_key\":\"phc_local\",\"event\":\"x\",\"distinct_id\":\"a\"}"
                let chunks =
                    "5\r\n\(body.prefix(5))\r\n\(String(body.utf8.count - 5, radix: 16));x=y\r\n\(body.dropFirst(5))\r\n0\r\nT: u\r\n\r\n"
                let head = "POST /capture/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                #expect(await client.raw(Array((head + chunks).utf8)).status == 200)
            }
        }

        @Test func aPackedBodyHasAnEnd() async throws {
            try await withServer { client, _ in
                #expect(
                    await client.send("POST", "/batch/", headers: ["Content-Encoding": "gzip"], body: [1, 2, 3]).status
                        == 400)
                #expect(
                    await client.send("POST", "/batch/", headers: ["Content-Encoding": "br"], body: [1, 2, 3]).status
                        == 415
                )
                let cut: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xAB]
                #expect(await client.send("POST", "/batch/", body: cut).status == 400)
            }
        }

        @Test func aPortThatIsTakenIsSaid() async throws {
            try await withServer { _, server in
                await #expect(throws: AirlockError.self) {
                    try await withServer({ $0.port = server.port }) { _, _ in }
                }
                await #expect(throws: AirlockError.self) { try await withServer({ $0.port = 70_000 }) { _, _ in } }
                await #expect(throws: AirlockError.self) { try await withServer({ $0.host = "::1" }) { _, _ in } }
            }
        }
    }
}
