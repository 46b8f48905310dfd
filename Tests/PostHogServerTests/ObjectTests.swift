import AirlockCore
import PostHogServer
import Testing

extension ServerTests {
    @Suite(.timeLimit(.minutes(1))) struct ObjectTests {
        @Test(arguments: [
            (
                "insights",
                "{\"name\":\"One\",\"query\":{\"kind\":\"DataVisualizationNode\",\"source\":{\"kind\":\"HogQLQuery\",\"query\":\"SELECT 1\"}}}"
            ),
            ("annotations", "{\"content\":\"One\",\"date_marker\":\"2026-01-01T00:00:00Z\"}"),
            ("experiments", "{\"name\":\"One\",\"feature_flag_key\":\"one\"}"),
            ("cohorts", "{\"name\":\"One\",\"is_static\":true}"),
            ("feature_flags", "{\"key\":\"one\",\"name\":\"One\"}"),
        ])
        func anObjectIsMadeFoundChangedAndDeleted(_ name: String, _ body: String) async throws {
            try await withServer { client, _ in
                let path = "/api/projects/1/\(name)/"
                #expect(await client.get(path).json["count"] == 0)
                let made = await client.send("POST", path, body: Array(body.utf8))
                #expect(made.status == 201)
                let id = try #require(made.json["id"]?.intValue)
                #expect(await client.get("\(path)\(id)/").json["id"] == .int(id))
                #expect(await client.get(path).json["results"]?.arrayValue?.count == 1)
                let field = name == "annotations" ? "content" : "name"
                let change: JSONValue = [(field): "Two"]
                #expect(await client.send("PATCH", "\(path)\(id)/", body: change.jsonBytes).json[field] == "Two")
                let removal: JSONValue = ["deleted": true]
                #expect(await client.send("PATCH", "\(path)\(id)/", body: removal.jsonBytes).status == 200)
                #expect(await client.get(path).json["count"] == 0)
                #expect(await client.get("\(path)\(id)/").status == 404)
                #expect(await client.send("DELETE", "\(path)\(id)/").status == 405)
            }
        }

        @Test func pagesLeadToEachOther() async throws {
            try await withServer { client, _ in
                for number in 0..<5 {
                    _ = await client.post("/api/projects/1/annotations/", ["content": .string("note \(number)")])
                }
                var address: String? = "/api/projects/1/annotations/?limit=2&search=note"
                var seen: [String] = []
                while let path = address {
                    let page = await client.get(path)
                    #expect(page.json["count"] == 5)
                    seen += (page.json["results"]?.arrayValue ?? []).compactMap { $0["content"]?.stringValue }
                    address = page.json["next"]?.stringValue
                    let origin = "http://127.0.0.1:\(client.port)"
                    if let next = address {
                        #expect(next.hasPrefix(origin))
                        address = String(next.dropFirst(origin.count))
                    }
                }
                #expect(Set(seen).count == 5)
            }
        }

        @Test func definitionsFollowFromEvents() async throws {
            try await withServer { client, _ in
                await client.capture("signup", ["a", "b"], properties: ["amount": 3, "$feature/x": "y"])
                await client.capture("login", ["a"])
                let events = await client.get("/api/projects/1/event_definitions/?search=sign")
                #expect(events.json["results"]?.arrayValue?.map { $0["name"] } == ["signup"])
                let properties = await client.get("/api/projects/1/property_definitions/?is_numerical=true")
                #expect(properties.json["results"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["amount"])
                #expect(properties.json["results"]?.arrayValue?.first?["property_type"] == "Numeric")
                let flags = await client.get("/api/projects/1/property_definitions/?is_feature_flag=true")
                #expect(flags.json["results"]?.arrayValue?.count == 1)
                #expect(await client.get("/api/projects/1/property_definitions/?type=odd").json["attr"] == "type")
            }
        }

        @Test func personsAreFound() async throws {
            try await withServer { client, _ in
                for (id, mail) in [("a", "a@example.com"), ("b", "b@example.com")] {
                    await client.capture("$identify", [id], properties: ["$set": ["email": .string(mail), "age": 30]])
                }
                let all = await client.get("/api/projects/1/persons/?limit=1")
                #expect(all.json["results"]?.arrayValue?.count == 1)
                #expect(all.json["next"]?.stringValue != nil)
                let one = await client.get("/api/projects/1/persons/?distinct_id=b").json["results"]?.arrayValue ?? []
                #expect(one.map { $0["properties"]?["email"] } == ["b@example.com"])
                let id = try #require(one.first?["id"]?.stringValue)
                #expect(await client.get("/api/projects/1/persons/\(id)/").json["distinct_ids"] == ["b"])
                let filter =
                    "%5B%7B%22key%22%3A%22email%22%2C%22operator%22%3A%22icontains%22%2C%22value%22%3A%22A%40%22%7D%5D"
                let found = await client.get("/api/projects/1/persons/?properties=\(filter)")
                #expect(found.json["results"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["a@example.com"])
                #expect(
                    await client.get("/api/projects/1/persons/?search=b%40ex").json["results"]?.arrayValue?.count == 1)
            }
        }

        @Test func aCohortIsWorkedOutAndQueried() async throws {
            try await withServer { client, _ in
                for (id, plan) in [("a", "pro"), ("b", "free"), ("c", "pro")] {
                    await client.capture("$set", [id], properties: ["$set": ["plan": .string(plan)]])
                }
                await client.capture("buy", ["a", "a", "c"])
                func make(_ leaves: [JSONValue]) async -> LoopbackClient.Reply {
                    await client.post(
                        "/api/projects/1/cohorts/",
                        [
                            "name": "x",
                            "filters": [
                                "properties": ["type": "OR", "values": [["type": "AND", "values": .array(leaves)]]]
                            ],
                        ])
                }
                let pro: JSONValue = ["type": "person", "key": "plan", "operator": "exact", "value": ["pro"]]
                let often: JSONValue = [
                    "type": "behavioral", "value": "performed_event_multiple", "key": "buy", "event_type": "events",
                    "operator": "gte",
                    "operator_value": 2, "time_value": 30, "time_interval": "day",
                ]
                let cohort = await make([pro])
                #expect(cohort.json["count"] == 2)
                #expect(cohort.json["is_calculating"] == false)
                #expect(await make([pro, often]).json["count"] == 1)
                let id = try #require(cohort.json["id"]?.intValue)
                let rows = await client.query("SELECT uniq(person_id) FROM events WHERE person_id IN COHORT \(id)")
                #expect(rows.json["results"] == [[2]])
                #expect(
                    await client.get("/api/projects/1/cohorts/\(id)/persons/").json["results"]?.arrayValue?.count == 2)
                let odd: JSONValue = ["type": "behavioral", "value": "performed_event_sequence", "key": "buy"]
                #expect(await make([odd]).json["errors_calculating"] == 1)
            }
        }

        @Test func aSavedQueryIsAnswered() async throws {
            try await withServer { client, _ in
                let made = await client.post(
                    "/api/projects/1/insights/",
                    ["name": "x", "query": ["kind": "HogQLQuery", "query": "SELECT 1 + 1"]])
                let short = try #require(made.json["short_id"]?.stringValue)
                let id = try #require(made.json["id"]?.intValue)
                #expect(await client.get("/api/projects/1/insights/\(id)/").json["result"] == [[2]])
                let found = await client.get("/api/projects/1/insights/?short_id=\(short)")
                #expect(found.json["results"]?.arrayValue?.count == 1)
            }
        }

        @Test func anExperimentIsCounted() async throws {
            try await withServer { client, _ in
                let made = await client.post(
                    "/api/projects/1/experiments/",
                    ["name": "x", "feature_flag_key": "color", "start_date": "2020-01-01T00:00:00Z"])
                let id = try #require(made.json["id"]?.intValue)
                #expect(made.json["feature_flag"]?["key"] == "color")
                for (variant, people) in [("control", 60), ("test", 60)] {
                    let ids = (0..<people).map { "\(variant)-\($0)" }
                    await client.capture(
                        "$feature_flag_called", ids,
                        properties: ["$feature_flag": "color", "$feature_flag_response": .string(variant)])
                    await client.capture("buy", Array(ids.prefix(variant == "test" ? 40 : 15)))
                }
                let query: JSONValue = [
                    "query": [
                        "kind": "ExperimentQuery", "experiment_id": .int(id),
                        "metric": [
                            "kind": "ExperimentMetric", "metric_type": "funnel",
                            "series": [["kind": "EventsNode", "event": "buy"]],
                        ],
                    ]
                ]
                let result = await client.post("/api/projects/1/query/", query).json
                #expect(result["baseline"]?["number_of_samples"] == 60)
                #expect(result["baseline"]?["sum"] == 15)
                let test = result["variant_results"]?.arrayValue?.first
                #expect(test?["sum"] == 40)
                #expect(test?["significant"] == true)
            }
        }

        @Test func sessionsHaveRecordings() async throws {
            try await withServer { client, _ in
                await client.capture(
                    "$pageview", ["a"], properties: ["$session_id": "s1", "$current_url": "https://example.com/x"])
                let all = await client.get("/api/projects/1/session_recordings/?date_from=-7d")
                #expect(all.json["results"]?.arrayValue?.map { $0["id"] } == ["s1"])
                let one = await client.get("/api/projects/1/session_recordings/s1")
                #expect(one.json["start_url"] == "https://example.com/x")
                #expect(one.json["person"]?["distinct_ids"] == ["a"])
                #expect(await client.get("/api/projects/1/session_recordings/s2").status == 404)
            }
        }

        @Test func keysOfFlagsAreTheirOwn() async throws {
            try await withServer { client, _ in
                #expect(await client.post("/api/projects/1/feature_flags/", ["key": "a"]).status == 201)
                let again = await client.post("/api/projects/1/feature_flags/", ["key": "a"])
                #expect(again.status == 400)
                #expect(again.json["code"] == "unique")
                #expect(again.json["attr"] == "key")
                #expect(
                    await client.post("/api/projects/1/feature_flags/", ["key": "a b"]).json["code"] == "invalid_key")
            }
        }
    }
}
