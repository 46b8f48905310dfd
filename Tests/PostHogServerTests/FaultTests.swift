import AirlockCore
import PostHogServer
import Testing

extension ServerTests {
    @Suite(.timeLimit(.minutes(1))) struct FaultTests {
        private func with(
            _ script: String, _ body: (LoopbackClient, PostHogServer) async throws -> Void
        ) async throws {
            let faults = try FaultScript(json: script)
            try await withServer({ $0.faults = faults }, body)
        }

        @Test(arguments: [
            ("rate_limit", 429, "Request was throttled. Expected available in 3 seconds."),
            ("rate_limit_without_retry_after", 429, "Request was throttled."),
            ("concurrency", 429, "Exceeded maximum concurrency limit: 3 for key: api:query:per-team:1 and task: query"),
            ("server_error", 500, "A server error occurred."),
            ("too_long", 512, "Estimated query execution time is too long."),
            ("billing", 402, "Your organization has reached its limit."),
            ("busy", 503, "Queries are a little too busy right now."),
            ("expired", 404, "Query not found."),
        ])
        func postHogsOwnFailuresHaveTheirShape(_ name: String, _ status: Int, _ detail: String) async throws {
            try await with("[{\"path\": \"/api/*\", \"fault\": \"\(name)\", \"retry_after\": 3}]") { client, _ in
                let reply = await client.query("SELECT 1")
                #expect(reply.status == status)
                #expect(reply.json["detail"]?.stringValue?.hasPrefix(detail) == true)
                #expect(reply.headers["retry-after"] == (name == "rate_limit" ? "3" : nil))
            }
        }

        @Test func onlyTheCallsThatAreNamedFail() async throws {
            try await with(
                "[{\"method\": \"POST\", \"path\": \"/batch/\", \"calls\": [1, 3], \"fault\": \"bad_gateway\"}]"
            ) {
                client, _ in
                var statuses: [Int] = []
                for _ in 0..<4 { statuses.append(await client.capture("x", ["a"]).status) }
                #expect(statuses == [502, 200, 502, 200])
                #expect(await client.query("SELECT count() FROM events").json["results"] == [[2]])
            }
        }

        @Test func aShareIsTheSameForTheSameSeed() async throws {
            func run(_ seed: Int) async throws -> [Int] {
                let script =
                    "{\"seed\": \(seed), \"rules\": [{\"path\": \"/_health\", \"share\": 0.3, \"fault\": \"server_error\"}]}"
                let faults = try FaultScript(json: script)
                return try await withServer({ $0.faults = faults }) { client, _ in
                    var statuses: [Int] = []
                    for _ in 0..<60 { statuses.append(await client.get("/_health").status) }
                    return statuses
                }
            }
            let first = try await run(7)
            #expect(try await run(7) == first)
            #expect(try await run(8) != first)
            #expect((8...30).contains(first.count { $0 == 500 }))
        }

        @Test func aConnectionIsResetOrClosed() async throws {
            let script = """
                [{"path": "/_health", "calls": 1, "fault": "reset"}, {"path": "/_health", "calls": 1, "fault": "close"},
                 {"path": "/_health", "calls": 1, "reset": 1}, {"path": "/_health", "calls": 1, "truncate": 1}]
                """
            try await with(script) { client, _ in
                let reset = await client.get("/_health")
                #expect(reset.ending == .reset)
                #expect(reset.bytes.isEmpty)
                let closed = await client.get("/_health")
                #expect(closed.ending == .closed)
                #expect(closed.bytes.isEmpty)
                #expect(await client.get("/_health").ending == .reset)
                let cut = await client.get("/_health")
                #expect(cut.ending == .closed)
                #expect(cut.text == "o")
                #expect(!cut.isWhole)
                #expect(await client.get("/_health").text == "ok")
            }
        }

        @Test func anEventMayBeKeptAlthoughNobodyIsTold() async throws {
            let script = """
                [{"path": "/batch/", "calls": 1, "fault": "reset", "handled": true}, {"path": "/batch/", "calls": 1, "drop": true}]
                """
            try await with(script) { client, _ in
                #expect(await client.capture("ambiguous", ["a"]).ending == .reset)
                let dropped = await client.capture("dropped", ["a"])
                #expect(dropped.json == ["status": "Ok"])
                await client.capture("kept", ["a"])
                let rows = await client.query("SELECT event FROM events ORDER BY event")
                #expect(rows.json["results"] == [["ambiguous"], ["kept"]])
            }
        }

        @Test func aBodyCanBeSlowLateAndHuge() async throws {
            let script = """
                [{"path": "/_health", "calls": 1, "delay": "120ms", "slow": 20},
                 {"path": "/api/projects/", "calls": 1, "oversize": 3000000}]
                """
            try await with(script) { client, _ in
                let start = ContinuousClock.now
                #expect(await client.get("/_health").text == "ok")
                #expect(ContinuousClock.now - start > .milliseconds(150))
                let huge = await client.get("/api/projects/")
                #expect(huge.body.count > 3_000_000)
                #expect(huge.isWhole)
                #expect(huge.json["count"] == 1)
            }
        }

        @Test func addressesCanPointElsewhere() async throws {
            let script = """
                [{"path": "/api/projects/1/annotations/", "method": "GET", "calls": 1, "next_origin": "http://192.0.2.1:9"},
                 {"path": "/_health", "calls": 1, "redirect": "http://192.0.2.1:9/x"},
                 {"path": "/_health", "calls": 1, "fault": "not_modified"},
                 {"path": "/_health", "calls": 1, "reply": {"status": 200, "text": "{\\"results\\": [", "headers": {"X-Y": "z"}}}]
                """
            try await with(script) { client, _ in
                for number in 0..<3 {
                    _ = await client.post("/api/projects/1/annotations/", ["content": .string("note \(number)")])
                }
                let page = await client.get("/api/projects/1/annotations/?limit=2")
                #expect(page.json["next"] == "http://192.0.2.1:9/api/projects/1/annotations/?limit=2&offset=2")
                let redirect = await client.get("/_health")
                #expect(redirect.status == 302)
                #expect(redirect.headers["location"] == "http://192.0.2.1:9/x")
                let unchanged = await client.get("/_health")
                #expect(unchanged.status == 304)
                #expect(unchanged.body.isEmpty)
                let odd = await client.get("/_health")
                #expect(odd.text == "{\"results\": [")
                #expect(odd.headers["x-y"] == "z")
            }
        }

        @Test(arguments: ["plain", "alert", "garbage", "close", "reset"])
        func aHandshakeFails(_ name: String) async throws {
            try await with("{\"tls\": \"\(name)\"}") { client, _ in
                let hello: [UInt8] = [0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x03]
                let reply = await client.raw(hello)
                switch name {
                case "plain": #expect(reply.status == 400)
                case "alert": #expect(reply.bytes == [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28])
                case "garbage": #expect(reply.bytes.count == 512)
                default: #expect(reply.bytes.isEmpty)
                }
            }
        }

        @Test func everyProblemOfAScriptIsTold() throws {
            let script = """
                {"seed": -1, "rules": [{"paht": "/x"}, {"fault": "rate_limt"}, {"share": 2}, {"calls": 0}, {"delay": "soon"}, 7]}
                """
            #expect {
                try FaultScript(json: script)
            } throws: { error in
                let problems = (error as? AirlockError)?.problems ?? []
                return problems.count == 7 && problems.contains { $0.suggested == "path" }
                    && problems.contains { $0.suggested == "rate_limit" }
            }
            #expect(throws: AirlockError.self) { try FaultScript(json: "{") }
        }
    }
}
