import AirlockCore
import PostHogServer
import Testing

extension ServerTests {
    @Suite(.timeLimit(.minutes(1))) struct QueryEndpointTests {
        @Test func anAnswerHasPostHogsShape() async throws {
            try await withServer { client, _ in
                await client.capture("seen", ["a", "b"], properties: ["n": 9_007_199_254_740_993])
                let reply = await client.query(
                    "SELECT event, properties.n FROM events WHERE event = {name} ORDER BY distinct_id LIMIT 5",
                    values: ["name": "seen"])
                #expect(reply.status == 200)
                #expect(reply.json["columns"] == ["event", "n"])
                #expect(reply.json["results"]?.arrayValue?.count == 2)
                #expect(reply.json["types"]?.arrayValue?.first == ["event", "String"])
                // With a LIMIT of its own, a query is not told whether there is more.
                #expect(reply.json["hasMore"] == .null)
                #expect(reply.json["hogql"]?.stringValue?.contains("SELECT event") == true)
            }
        }

        @Test func withoutALimitAHundredRowsComeAndItIsSaid() async throws {
            try await withServer { client, _ in
                let reply = await client.query("SELECT number FROM numbers(150)")
                #expect(reply.json["results"]?.arrayValue?.count == 100)
                #expect(reply.json["hasMore"] == true)
                #expect(reply.json["limit"] == 100)
                #expect(reply.json["offset"] == 0)
                #expect(await client.query("SELECT number FROM numbers(7)").json["hasMore"] == false)
                let all = await client.query("SELECT number FROM numbers(60000) LIMIT 60000")
                #expect(all.json["results"]?.arrayValue?.count == 50_000)
            }
        }

        @Test(arguments: [
            "SELECT number FROM numbers(9) LIMIT 2 OFFSET 1",
            "SELECT * FROM (SELECT number FROM numbers(9) LIMIT 2 OFFSET 1)",
            "SELECT number FROM numbers(9) LIMIT 2, 1",
        ])
        func anOffsetIsRefused(_ text: String) async throws {
            try await withServer { client, _ in
                let reply = await client.query(text)
                #expect(reply.status == 400)
                #expect(reply.json["type"] == "validation_error")
                #expect(
                    reply.json["detail"]?.stringValue?.hasPrefix("OFFSET is not supported on queries made with") == true
                )
            }
        }

        @Test func whatIsWrongIsAValidationError() async throws {
            try await withServer { client, _ in
                for (body, attr) in [
                    (JSONValue.object([:]), JSONValue.string("query")), (["query": ["kind": "Strange"]], "query"),
                    (["query": ["kind": "HogQLQuery"]], "query__query"),
                    (["query": ["kind": "HogQLQuery", "query": "select 1"], "refresh": "soon"], "refresh"),
                ] {
                    let reply = await client.post("/api/projects/1/query/", body)
                    #expect(reply.status == 400)
                    #expect(reply.json["attr"] == attr)
                    #expect(reply.json["code"]?.stringValue != nil)
                }
                let reply = await client.query("SELECT nothing FROM events")
                #expect(reply.status == 400)
                #expect(reply.json["detail"]?.stringValue?.contains("nothing") == true)
                #expect(
                    await client.send("POST", "/api/projects/1/query/", body: Array("{".utf8)).json["code"]
                        == "parse_error"
                )
            }
        }

        @Test func aQueryInTheBackgroundIsPolled() async throws {
            try await withServer { client, _ in
                let body: JSONValue = [
                    "query": ["kind": "HogQLQuery", "query": "SELECT 1"], "refresh": "force_async",
                    "client_query_id": "q1",
                ]
                let reply = await client.post("/api/projects/1/query/", body)
                #expect(reply.status == 202)
                #expect(reply.json["query_status"]?["id"] == "q1")
                #expect(reply.json["query_status"]?["complete"] == false)
                var status = await client.get("/api/projects/1/query/q1/")
                while status.status == 202 { status = await client.get("/api/projects/1/query/q1/") }
                #expect(status.status == 200)
                #expect(status.json["query_status"]?["results"]?["results"] == [[1]])
                #expect(await client.send("DELETE", "/api/projects/1/query/q1/").status == 200)
                let gone = await client.get("/api/projects/1/query/q1/")
                #expect(gone.status == 404)
                #expect(gone.json["code"] == "not_found")
            }
        }

        @Test func aQueryThatFailsInTheBackgroundSaysWhy() async throws {
            try await withServer { client, _ in
                let body: JSONValue = [
                    "query": ["kind": "HogQLQuery", "query": "SELECT x"], "refresh": "async", "client_query_id": "q2",
                ]
                _ = await client.post("/api/projects/1/query/", body)
                var status = await client.get("/api/projects/1/query/q2/")
                while status.status == 202 { status = await client.get("/api/projects/1/query/q2/") }
                #expect(status.status == 400)
                #expect(status.json["query_status"]?["error"] == true)
                #expect(status.json["query_status"]?["error_message"]?.stringValue?.contains("x") == true)
            }
        }

        @Test func theSchemaNamesTablesAndFields() async throws {
            try await withServer { client, _ in
                let reply = await client.post("/api/projects/1/query/", ["query": ["kind": "DatabaseSchemaQuery"]])
                let events = reply.json["tables"]?["events"]
                #expect(events?["type"] == "posthog")
                #expect(events?["fields"]?["timestamp"]?["type"] == "datetime")
                #expect(events?["fields"]?["event"]?["hogql_value"] == "event")
            }
        }

        @Test func anEventsQueryPacksWholeEvents() async throws {
            try await withServer { client, _ in
                await client.capture("seen", ["a", "b", "c"], properties: ["x": 1])
                let reply = await client.post(
                    "/api/projects/1/query/",
                    ["query": ["kind": "EventsQuery", "select": ["*", "distinct_id"], "event": "seen", "limit": 2]])
                #expect(reply.status == 200)
                #expect(reply.json["hasMore"] == true)
                #expect(reply.json["results"]?.arrayValue?.count == 2)
                let first = reply.json["results"]?.arrayValue?.first?.arrayValue
                #expect(first?.first?["properties"]?["x"] == 1)
                #expect(first?.count == 2)
            }
        }
    }
}
