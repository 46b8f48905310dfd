import AirlockCore
import AirlockTesting
import DriverKit
import Synchronization
import Testing

@testable import PostHog

/// What PostHog and what lies between may answer.
@Suite(.timeLimit(.minutes(2))) struct FaultTests {
    private func ask(_ driver: PostHogDriver, timeout: Duration = .seconds(300)) async throws -> QueryReply {
        try await driver.prepare("SELECT event FROM events LIMIT 1", values: [:]).run(QueryOptions(timeout: timeout))
    }

    static let statuses: [(status: Int, body: String, code: AirlockError.Code, attempts: Int, says: String)] = [
        (
            400, #"{"type":"validation_error","detail":"Unable to resolve field: x"}"#, .invalidQuery, 1,
            "Unable to resolve"
        ),
        (401, #"{"detail":"Invalid API key."}"#, .upstreamFailed, 1, "does not accept the key"),
        (402, "quota", .upstreamFailed, 1, "plan"),
        (403, #"{"detail":"API key missing required scope 'query:read'"}"#, .upstreamFailed, 1, "query:read"),
        (404, "{}", .unknownObject, 1, "no such object"), (413, "too big", .upstreamFailed, 1, "too large"),
        (500, "oops", .upstreamFailed, 5, "500"), (502, "<html>bad gateway</html>", .upstreamFailed, 5, "502"),
        (503, "busy", .upstreamFailed, 5, "capacity"), (504, "timeout", .timedOut, 1, "gave up"),
        (512, "slow", .timedOut, 1, "too long"),
    ]

    @Test(arguments: statuses.indices) func statusesBecomeErrorsThatSayWhatToDo(_ index: Int) async throws {
        let wanted = Self.statuses[index]
        let server = try LoopbackServer { _ in [.response(wanted.status, body: wanted.body)] }
        let driver = try makeDriver(server)
        let error = try #require(await failure { _ = try await ask(driver) })
        #expect(error.code == wanted.code, "\(error)")
        #expect(error.description.contains(wanted.says), "\(error)")
        #expect(!error.description.contains("<html>"))
        #expect(server.requests.count == wanted.attempts)
    }

    /// Keys of servers that are older than the kinds have no form that could be known.
    @Test func aKeyThatIsRepeatedIsNotPassedOn() async throws {
        let key = String("detaeper ton era hcihw sretcarahc fo".reversed().filter { $0 != " " })
        let server = try LoopbackServer { _ in [.response(400, body: #"{"detail":"no such key: \#(key), is there?"}"#)]
        }
        let driver = try makeDriver(server) { $0.personalKey = SecretText(key) }
        let error = try #require(await failure { _ = try await ask(driver) })
        #expect(error.description.contains("no such key: of…ed, is there?"), "\(error)")
    }

    @Test func aFailureThatPassesIsNotSeen() async throws {
        let calls = Mutex(0)
        let server = try LoopbackServer { _ in
            let number = calls.withLock { number -> Int in
                number += 1
                return number
            }
            switch number {
            case 1: return [.response(502, body: "")]
            case 2: return [.reset]
            default: return [.json(["columns": ["event"], "results": [["a"]]])]
            }
        }
        #expect(try await ask(try makeDriver(server)).table.rows == [["a"]])
        #expect(server.requests.count == 3)
    }

    /// A 500 says nothing of whether the object was made.
    @Test func whatMayHaveBeenMadeIsNotMadeAgain() async throws {
        let server = try LoopbackServer { _ in [.response(500, body: "")] }
        let driver = try makeDriver(server)
        let error = await failure {
            _ = try await driver.call("create_annotation", params: ["content": "x"], options: QueryOptions())
        }
        #expect(error?.code == .upstreamFailed)
        #expect(server.requests.count == 1)
    }

    @Test func noKeyThatPostHogRepeatsIsShown() async throws {
        let server = try LoopbackServer { request in
            [
                .json(
                    [
                        "detail": .string(
                            "bad \(request.header("Authorization") ?? "") \u{1B}[31m\(String(repeating: "x", count: 5000))"
                        )
                    ], 403)
            ]
        }
        let driver = try makeDriver(server)
        let error = try #require(await failure { _ = try await ask(driver) })
        #expect(!error.description.contains(testPersonalKey) && !error.description.contains("kkkkkkkk"))
        #expect(!error.description.contains("\u{1B}"))
        #expect(error.description.utf8.count < 1500)
    }

    static let malformed = [
        "", "[]", "{", #"{"columns":["a"]}"#, #"{"columns":["a"],"results":[["x","y"]]}"#,
        #"{"columns":["a"],"results":[{"a":1}]}"#, #"{"columns":"a","results":7}"#,
    ]

    @Test(arguments: malformed) func whatIsNoAnswerIsAnError(_ body: String) async throws {
        let server = try LoopbackServer { _ in [.response(200, body: body)] }
        let driver = try makeDriver(server)
        #expect(await failure { _ = try await ask(driver) }?.code == .upstreamFailed)
    }

    @Test func cutsAreSaid() async throws {
        let server = try LoopbackServer { _ in
            [
                .json([
                    "columns": ["event"], "results": [["a"], ["b"]], "hasMore": true, "limit": 100, "query_status": nil,
                ])
            ]
        }
        let driver = try makeDriver(server)
        let open = try await driver.prepare("SELECT event FROM events", values: [:])
        #expect(try await open.run(QueryOptions(timeout: .seconds(300))).cutBy == .defaultLimit)
        #expect(try await ask(driver).cutBy == .upstream)
        let few = try await open.run(QueryOptions(maxRows: 1, timeout: .seconds(300)))
        #expect(few.cutBy == .quota && few.table.rows.count == 1)
    }

    @Test func aLongQueryIsPolledAndItsEndIsTold() async throws {
        let polls = Mutex(0)
        let server = try LoopbackServer { request in
            guard request.method == "GET" else {
                return [.json(["query_status": ["id": "q/1", "complete": false]], 202)]
            }
            let number = polls.withLock { number -> Int in
                number += 1
                return number
            }
            guard number == 3 else { return [.json(["query_status": ["id": "q/1", "complete": false]], 202)] }
            let results: JSONValue = ["columns": ["event"], "results": [["a"]]]
            return [.json(["query_status": ["id": "q/1", "complete": true, "results": results]])]
        }
        let reply = try await ask(try makeDriver(server) { $0.blockingTime = .seconds(1) })
        #expect(reply.table.rows == [["a"]])
        #expect(server.requests.first?.json["refresh"] == "force_async")
        #expect(server.requests.dropFirst().map(\.target) == Array(repeating: "/api/projects/7/query/q%2F1/", count: 3))
    }

    @Test(arguments: [404, 400, 500]) func aQueryThatFailsBehindItsStatusIsNoEmptyAnswer(_ status: Int) async throws {
        let server = try LoopbackServer { request in
            guard request.method == "GET" else {
                return [.json(["query_status": ["id": "q", "complete": false]], 202)]
            }
            let failed: JSONValue = [
                "query_status": ["id": "q", "complete": true, "error": true, "error_message": "no"]
            ]
            return [status == 400 ? .json(failed) : .json([:], status)]
        }
        let driver = try makeDriver(server) { $0.blockingTime = .seconds(1) }
        let error = await failure { _ = try await ask(driver) }
        #expect(error?.code == (status == 400 ? .invalidQuery : .upstreamFailed))
    }

    @Test func pagesAreFollowedAtTheConfiguredHostAlone() async throws {
        let server = try LoopbackServer { request in
            if request.target.contains("offset=1") { return [.json(["results": [2], "next": nil])] }
            return [
                .json([
                    "results": [1], "next": "https://evil.example/api/projects/7/cohorts/?limit=100&offset=1&api_key=x",
                ])
            ]
        }
        let answer = try await makeDriver(server).call("get_cohorts", params: [:], options: QueryOptions())
        #expect(answer["results"] == [1, 2] && answer["complete"] == true)
        #expect(
            server.requests.last?.target == "/api/projects/7/cohorts/?limit=100&offset=1", "and no key of the link's")
    }

    @Test func aListThatNeverEndsIsLeft() async throws {
        let server = try LoopbackServer { _ in [.json(["results": [1], "next": "/api/projects/7/cohorts/"])] }
        let driver = try makeDriver(server)
        let error = await failure { _ = try await driver.call("get_cohorts", params: [:], options: QueryOptions()) }
        #expect(error?.code == .upstreamFailed)
        #expect(server.requests.count <= 2)
    }

    @Test func flagsThatPostHogCouldNotTellAreNoOff() async throws {
        for answer: JSONValue in [
            ["flags": [:], "quotaLimited": ["feature_flags"]], ["flags": [:], "errorsWhileComputingFlags": true],
        ] {
            let server = try LoopbackServer { _ in [.json(answer)] }
            let driver = try makeDriver(server)
            let error = await failure {
                _ = try await driver.call(
                    "evaluate_flag", params: ["key": "f", "distinct_id": "d"], options: QueryOptions())
            }
            #expect(error?.code == .upstreamFailed, "\(answer.json)")
        }
    }
}
