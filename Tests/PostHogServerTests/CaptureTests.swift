import AirlockCore
import PostHogServer
import Testing

extension ServerTests {
    @Suite(.timeLimit(.minutes(1))) struct CaptureTests {
        @Test(arguments: ["/batch/", "/capture/", "/e/", "/i/v0/e/", "/track", "/engage/"])
        func eachAddressTakesAnEvent(_ path: String) async throws {
            try await withServer { client, _ in
                let reply = await client.post(
                    path, ["api_key": "phc_local", "event": "seen", "distinct_id": "a", "properties": ["x": "y"]])
                #expect(reply.status == 200)
                #expect(reply.json == ["status": "Ok"])
                let rows = await client.query("SELECT event, distinct_id, properties.x FROM events")
                #expect(rows.json["results"] == [["seen", "a", "y"]])
            }
        }

        @Test(arguments: [
            ("{\"api_key\":\"phc_local\",\"batch\":[]}", 400, "request holds no event"),
            ("{\"api_key\":\"phc_local\",\"distinct_id\":\"a\"}", 400, "event submitted with an empty event name"),
            ("{\"api_key\":\"phc_local\",\"event\":\"x\"}", 400, "event submitted without a distinct_id"),
            (
                "{\"api_key\":\"phc_local\",\"event\":\"x\",\"distinct_id\":\"\"}", 400,
                "event submitted with an empty distinct_id"
            ),
            ("{\"event\":\"x\",\"distinct_id\":\"a\"}", 401, "event submitted without an api_key"),
            (
                "{\"api_key\":\"phx_local\",\"event\":\"x\",\"distinct_id\":\"a\"}", 401,
                "API key is not valid: personal_api_key"
            ),
            (
                "[{\"api_key\":\"phc_local\",\"event\":\"x\",\"distinct_id\":\"a\"},{\"api_key\":\"phc_2\",\"event\":\"x\",\"distinct_id\":\"a\"}]",
                401, "batch submitted with inconsistent api_key values"
            ),
            (
                "{\"api_key\":\"phc_local\",\"event\":\"x\",\"distinct_id\":\"a\",\"uuid\":\"1\"}", 400,
                "failed to parse request: UUID parsing failed"
            ),
        ])
        func anErrorIsPlainText(_ body: String, _ status: Int, _ text: String) async throws {
            try await withServer { client, _ in
                let reply = await client.send("POST", "/batch/", body: Array(body.utf8))
                #expect(reply.status == status)
                #expect(reply.text == text)
                #expect(reply.headers["content-type"]?.hasPrefix("text/plain") == true)
            }
        }

        @Test func oneBadEventRefusesItsBatch() async throws {
            try await withServer { client, _ in
                let batch: JSONValue = [["event": "good", "distinct_id": "a"], ["event": "bad"]]
                #expect(await client.post("/batch/", ["api_key": "phc_local", "batch": batch]).status == 400)
                #expect(await client.query("SELECT count() FROM events").json["results"] == [[0]])
            }
        }

        @Test func sizesAreBounded() async throws {
            try await withServer { client, _ in
                let long = String(repeating: "x", count: 1 << 20)
                let reply = await client.capture("big", ["a"], properties: ["text": .string(long)])
                #expect(reply.status == 400)
                #expect(reply.text == "maximum event size exceeded")
                // The body is refused by its length alone, before any of it is read.
                let head = "POST /batch/ HTTP/1.1\r\nHost: x\r\nContent-Length: 20971521\r\n\r\n"
                #expect(await client.raw(Array(head.utf8)).status == 413)
            }
        }

        @Test func aUUIDCountsOnce() async throws {
            try await withServer { client, _ in
                let event: JSONValue = [
                    "api_key": "phc_local", "event": "once", "distinct_id": "a",
                    "uuid": "0192F0B0-0000-7000-8000-000000000001",
                ]
                for _ in 0..<3 { #expect(await client.post("/capture/", event).status == 200) }
                #expect(await client.query("SELECT count() FROM events").json["results"] == [[1]])
            }
        }

        @Test func whatTheClientsClockIsWrongByIsTakenOff() async throws {
            try await withServer { client, _ in
                let body: JSONValue = [
                    "api_key": "phc_local", "sent_at": "2010-01-01T00:00:10Z",
                    "batch": [["event": "late", "distinct_id": "a", "timestamp": "2010-01-01T00:00:00Z"]],
                ]
                #expect(await client.post("/batch/", body).status == 200)
                let age = await client.query("SELECT dateDiff('second', timestamp, now()) < 60 FROM events")
                #expect(
                    age.json["results"]?.arrayValue?.first?.arrayValue?.first?.boolValue == true
                        || age.json["results"] == [[1]])
                var historical = body.objectValue ?? JSONObject()
                historical["historical_migration"] = true
                historical["batch"] = [["event": "old", "distinct_id": "a", "timestamp": "2010-01-01T00:00:00Z"]]
                #expect(await client.post("/batch/", .object(historical)).status == 200)
                let old = await client.query("SELECT toYear(timestamp) FROM events WHERE event = 'old'")
                #expect(old.json["results"] == [[2010]])
            }
        }

        @Test func theNewFormatAnswersForEachEvent() async throws {
            try await withServer { client, _ in
                let headers = [
                    "Authorization": "Bearer phc_local", "PostHog-Sdk-Info": "posthog-test/1.0", "PostHog-Attempt": "1",
                    "PostHog-Request-Id": "1", "PostHog-Request-Timestamp": "2026-01-01T00:00:00Z",
                ]
                let (good, bad) = ("0192f0b0-0000-7000-8000-000000000001", "0192f0b0-0000-7000-8000-000000000002")
                let body: JSONValue = [
                    "created_at": "2026-01-01T00:00:00Z",
                    "batch": [
                        [
                            "event": "e", "uuid": .string(good), "distinct_id": "a",
                            "timestamp": "2026-01-01T00:00:00Z",
                            "options": [:], "properties": [:],
                        ],
                        [
                            "event": "", "uuid": .string(bad), "distinct_id": "a", "timestamp": "2026-01-01T00:00:00Z",
                            "options": [:], "properties": [:],
                        ],
                    ],
                ]
                let reply = await client.post("/i/v1/analytics/events", body, headers: headers)
                #expect(reply.status == 200)
                #expect(reply.json["results"]?[good]?["result"] == "ok")
                #expect(reply.json["results"]?[bad]?["result"] == "drop")
                #expect(await client.post("/i/v1/analytics/events", body).status == 401)
            }
        }

        @Test func eventsOutliveTheServer() async throws {
            try await withServer { client, server in
                await client.capture("kept", ["a"])
                try await server.settle()
                #expect(await client.query("SELECT count() FROM events").json["results"] == [[1]])
            }
        }
    }
}
