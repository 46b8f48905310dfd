import AirlockCore
import PostHogServer
import Testing

extension ServerTests {
    @Suite(.timeLimit(.minutes(1))) struct AccessTests {
        @Test func aKeyIsAskedFor() async throws {
            try await withServer { client, _ in
                var nobody = client
                nobody.key = nil
                let none = await nobody.get("/api/projects/1/")
                #expect(none.status == 401)
                #expect(none.json["type"] == "authentication_error")
                #expect(none.json["code"] == "not_authenticated")
                nobody.key = "phx_other"
                let wrong = await nobody.get("/api/projects/1/")
                #expect(wrong.status == 401)
                #expect(wrong.json["detail"] == "Personal API key found in request Authorization header is invalid.")
                nobody.key = nil
                #expect(await nobody.get("/api/projects/1/?personal_api_key=phx_local").status == 200)
            }
        }

        @Test func aScopeThatIsMissingIsNamed() async throws {
            let key = PersonalKey(text: "phx_few=query:read,insight:write")
            try await withServer({ $0.keys.append(key) }) { client, _ in
                var few = client
                few.key = "phx_few"
                #expect(await few.query("SELECT 1").status == 200)
                #expect(await few.get("/api/projects/1/insights/").status == 200)
                let refused = await few.get("/api/projects/1/cohorts/")
                #expect(refused.status == 403)
                #expect(refused.json["code"] == "permission_denied")
                #expect(refused.json["detail"] == "API key missing required scope 'cohort:read'")
                let write = await few.post("/api/projects/1/annotations/", ["content": "x"])
                #expect(write.json["detail"] == "API key missing required scope 'annotation:write'")
                let own = await few.get("/api/personal_api_keys/@current")
                #expect(own.json["scopes"] == ["query:read", "insight:write"])
                #expect(!own.text.contains("phx_few"))
            }
        }

        @Test func onlyTheOneProjectIsThere() async throws {
            try await withServer { client, _ in
                #expect(await client.get("/api/projects/@current/").json["api_token"] == "phc_local")
                #expect(await client.get("/api/environments/1/").json["id"] == 1)
                #expect(await client.get("/api/projects/2/").status == 404)
                #expect(await client.get("/api/users/@me/").json["team"]?["id"] == 1)
                #expect(await client.get("/api/strange/").status == 404)
                let method = await client.send("DELETE", "/api/projects/1/insights/1/")
                #expect(method.status == 405)
                #expect(method.json["detail"] == "Method \"DELETE\" not allowed.")
            }
        }

        @Test func limitsHoldWhereTheyAreEnforced() async throws {
            try await withServer({ $0.enforcesLimits = true }) { client, _ in
                var last = LoopbackClient.Reply()
                for _ in 0...240 { last = await client.query("SELECT 1") }
                #expect(last.status == 429)
                let wait = last.headers["retry-after"].flatMap { Int($0) } ?? 0
                #expect((1...60).contains(wait))
                #expect(last.json["detail"] == .string("Request was throttled. Expected available in \(wait) seconds."))
                #expect(last.json["type"] == "throttled_error")
                // Another kind of endpoint has limits of its own.
                #expect(await client.get("/api/projects/1/annotations/").status == 200)
            }
        }
    }
}
