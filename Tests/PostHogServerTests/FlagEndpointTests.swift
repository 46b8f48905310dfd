import AirlockCore
import PostHogServer
import Testing

extension ServerTests {
    @Suite(.timeLimit(.minutes(1))) struct FlagEndpointTests {
        private func makeFlags(_ client: LoopbackClient) async {
            let path = "/api/projects/1/feature_flags/"
            let everybody: JSONValue = [["properties": [], "rollout_percentage": 100]]
            _ = await client.post(
                path, ["key": "on", "filters": ["groups": everybody, "payloads": ["true": "{\"a\": 1}"]]])
            _ = await client.post(
                path, ["key": "off", "filters": ["groups": [["properties": [], "rollout_percentage": 0]]]])
            let variants: JSONValue = ["variants": [["key": "a", "rollout_percentage": 100]]]
            _ = await client.post(path, ["key": "many", "filters": ["groups": everybody, "multivariate": variants]])
        }

        private let person: JSONValue = ["api_key": "phc_local", "distinct_id": "x"]

        @Test func eachVersionHasItsShape() async throws {
            try await withServer { client, _ in
                await makeFlags(client)
                let second = await client.post("/flags/?v=2", person).json
                #expect(second["flags"]?["on"]?["enabled"] == true)
                #expect(second["flags"]?["on"]?["reason"]?["code"] == "condition_match")
                #expect(second["flags"]?["on"]?["metadata"]?["payload"] == "{\"a\": 1}")
                #expect(second["flags"]?["off"]?["reason"]?["code"] == "out_of_rollout_bound")
                #expect(second["flags"]?["many"]?["variant"] == "a")
                #expect(second["errorsWhileComputingFlags"] == false)
                #expect(second["requestId"]?.stringValue?.count == 36)
                let fourth = await client.post("/flags/?v=4", person).json
                #expect(fourth["flags"]?["many"]?["value"] == "a")
                #expect(fourth["flags"]?["many"]?["enabled"] == nil)
                #expect(
                    await client.post("/flags/", person).json["featureFlags"] == [
                        "on": true, "off": false, "many": "a",
                    ])
                let decided = await client.post("/decide/?v=3", person).json
                #expect(decided["featureFlags"] == ["on": true, "off": false, "many": "a"])
                #expect(decided["featureFlagPayloads"] == ["on": "{\"a\": 1}"])
                #expect(await client.post("/decide/?v=2", person).json["featureFlags"] == ["on": true, "many": "a"])
                let wanted: JSONValue = ["api_key": "phc_local", "distinct_id": "x", "flag_keys_to_evaluate": ["off"]]
                #expect(await client.post("/flags/?v=2", wanted).json["flags"]?.objectValue?.keys == ["off"])
            }
        }

        @Test(arguments: [
            ("{\"distinct_id\":\"x\"}", 401), ("{\"api_key\":\"phc_2\",\"distinct_id\":\"x\"}", 401),
            ("{\"api_key\":\"phc_local\"}", 400), ("{\"api_key\":\"phc_local\",\"distinct_id\":\"\"}", 400),
            ("[]", 400),
        ])
        func errorsArePlainText(_ body: String, _ status: Int) async throws {
            try await withServer { client, _ in
                let reply = await client.send("POST", "/flags/?v=2", body: Array(body.utf8))
                #expect(reply.status == status)
                #expect(reply.headers["content-type"]?.hasPrefix("text/plain") == true)
            }
        }

        @Test func definitionsAreSentOnlyWhenTheyChanged() async throws {
            try await withServer { client, _ in
                await makeFlags(client)
                let path = "/flags/definitions?token=phc_local&send_cohorts"
                let first = await client.get(path)
                #expect(first.json["flags"]?.arrayValue?.count == 3)
                let tag = try #require(first.headers["etag"])
                let second = await client.get(path, headers: ["If-None-Match": tag])
                #expect(second.status == 304)
                #expect(second.body.isEmpty)
                _ = await client.post("/api/projects/1/feature_flags/", ["key": "new"])
                #expect(await client.get(path, headers: ["If-None-Match": tag]).status == 200)
                var secret = client
                secret.key = "phs_local"
                #expect(await secret.get(path).status == 200)
                #expect(await secret.get("/api/feature_flag/local_evaluation/").status == 200)
                secret.key = "phs_other"
                #expect(await secret.get(path).status == 401)
                #expect(await client.get("/flags/definitions?token=phc_2").status == 401)
            }
        }
    }
}
