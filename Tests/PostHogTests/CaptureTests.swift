import AirlockCore
import AirlockTesting
import DriverKit
import Foundation
import Synchronization
import Testing

@testable import PostHog

/// Events between a script and PostHog: each arrives, or is still there, or it is known why PostHog does not want it.
@Suite(.timeLimit(.minutes(2))) struct CaptureTests {
    private final class Place: Sendable {
        let path = "/tmp/airlock-capture-\(UUID().uuidString)"
        deinit { try? FileManager.default.removeItem(atPath: path) }

        /// All files below it, whole.
        var contents: String {
            let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
            return names.map {
                String(decoding: FileManager.default.contents(atPath: "\(path)/\($0)") ?? Data(), as: UTF8.self)
            }
            .joined()
        }
    }

    private func driver(
        _ server: LoopbackServer, _ place: Place, _ change: (inout PostHogConfiguration) -> Void = { _ in }
    ) throws -> PostHogDriver {
        try makeDriver(server) {
            $0.capture.spool = place.path
            $0.capture.compresses = false
            $0.capture.gathering = .seconds(3600)
            change(&$0)
        }
    }

    private func events(_ range: Range<Int>) -> [JSONValue] {
        range.map { ["event": "e", "distinct_id": "d", "properties": ["n": .int($0)]] }
    }

    private func capture(_ driver: PostHogDriver, _ range: Range<Int>) async throws -> [String] {
        let answer = try await driver.call(
            "capture_batch", params: ["events": .array(events(range))], options: QueryOptions())
        return answer["uuids"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    private static let ok = LoopbackStep.json(["status": "Ok"])

    /// The numbers of the events in a request.
    private static func numbers(_ request: LoopbackRequest) -> [Int] {
        request.json["batch"]?.arrayValue?.compactMap { $0["properties"]?["n"]?.intValue } ?? []
    }

    @Test func eventsAreSentInOrderWithTheProjectKeyAlone() async throws {
        let (server, place) = (try LoopbackServer { _ in [Self.ok] }, Place())
        let driver = try driver(server, place) { $0.capture.maxBatchEvents = 4 }
        let uuids = try await capture(driver, 0..<3)
        let answer = try await driver.call(
            "capture_event",
            params: ["event": "last", "distinct_id": "d", "uuid": "0190b6e7-0000-7000-8000-00000000abcd"],
            options: QueryOptions())
        #expect(answer["uuid"] == "0190b6e7-0000-7000-8000-00000000abcd" && answer["status"] == "accepted")
        let report = await driver.flush()
        #expect((report.accepted, report.sent, report.refused, report.pending) == (4, 4, 0, 0))
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1 && request.target == "/batch/" && request.header("Authorization") == nil)
        #expect(request.json["api_key"]?.stringValue == testProjectKey)
        #expect(!request.bodyText.contains(testPersonalKey))
        let sent = request.json["batch"]?.arrayValue ?? []
        #expect(sent.compactMap { $0["uuid"]?.stringValue }.dropLast() == uuids[...])
        #expect(!place.contents.contains("phc_") && !place.contents.contains("phx_"), "no key is on the disk")
        await driver.shutdown()
    }

    @Test func aBodyIsGzip() async throws {
        let (server, place) = (try LoopbackServer { _ in [Self.ok] }, Place())
        let driver = try driver(server, place) { $0.capture.compresses = true }
        _ = try await capture(driver, 0..<500)
        #expect(await driver.flush().sent == 500)
        let request = try #require(server.requests.first)
        #expect(request.header("Content-Encoding") == "gzip" && request.body.starts(with: [0x1F, 0x8B]))
        #expect(request.body.count < 20_000)
    }

    @Test func wrongEventsAreRefusedTogetherAndNothingIsKept() async throws {
        let (server, place) = (try LoopbackServer { _ in [Self.ok] }, Place())
        let driver = try driver(server, place)
        let events: JSONValue = [
            ["event": "e", "distinct_id": "d"], ["event": "", "distinct_id": "d"], ["event": "e"],
            ["event": "e", "distinct_id": "d", "uuid": "0190b6e7-0000-7000-8000-00000000abcd"],
            ["event": "e", "distinct_id": "d", "uuid": "0190B6E7-0000-7000-8000-00000000ABCD"],
        ]
        let error = await failure {
            _ = try await driver.call("capture_batch", params: ["events": events], options: QueryOptions())
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.problems.map(\.pointer) == ["/events/1/event", "/events/2/distinct_id", "/events/4/uuid"])
        #expect(await driver.flush().accepted == 0)
        #expect(server.requests.isEmpty)
    }

    /// A 400 names nobody: the batch is halved until the guilty ones are alone.
    @Test func oneBadEventDoesNotKeepTheOthersOut() async throws {
        let bad: Set<Int> = [0, 13, 14, 29]
        let server = try LoopbackServer { request in
            let isBad = !bad.isDisjoint(with: Self.numbers(request))
            return [isBad ? .response(400, body: "event submitted with an empty event name") : Self.ok]
        }
        let place = Place()
        let driver = try driver(server, place)
        let uuids = try await capture(driver, 0..<30)
        let report = await driver.flush()
        #expect((report.sent, report.refused, report.pending) == (26, 4, 0))
        #expect(report.refusals.map(\.uuid) == bad.sorted().map { uuids[$0] })
        #expect(report.refusals.first?.reason == "event submitted with an empty event name")
        let kept = try String(contentsOfFile: try #require(report.refusedFile), encoding: .utf8)
        let lines = try kept.split(separator: "\n").map { try JSONValue(json: String($0)) }
        #expect(lines.compactMap { $0["event"]?["properties"]?["n"]?.intValue } == bad.sorted())
        let taken = server.requests.filter { bad.isDisjoint(with: Self.numbers($0)) }.flatMap(Self.numbers)
        #expect(taken == (0..<30).filter { !bad.contains($0) }, "each once, and in order")
    }

    @Test func whatIsTooLargeIsHalved() async throws {
        let server = try LoopbackServer { request in
            [Self.numbers(request).count > 5 ? .response(413, body: "length limit exceeded") : Self.ok]
        }
        let place = Place()
        let driver = try driver(server, place)
        _ = try await capture(driver, 0..<40)
        let report = await driver.flush()
        #expect((report.sent, report.refused) == (40, 0))
        #expect(server.requests.filter { Self.numbers($0).count <= 5 }.flatMap(Self.numbers) == Array(0..<40))
        #expect(server.requests.count { Self.numbers($0).count > 5 } == 7, "each half is tried once")
    }

    /// If everything is refused, it is not the events.
    @Test func aPostHogThatRefusesEverythingEndsTheSending() async throws {
        let (server, place) = (try LoopbackServer { _ in [.response(400, body: "no")] }, Place())
        let driver = try driver(server, place) { $0.capture.maxRefusalsInRow = 3 }
        _ = try await capture(driver, 0..<50)
        let report = await driver.flush()
        #expect((report.sent, report.refused, report.pending) == (0, 3, 47))
        #expect(report.obstacle?.message.contains("one event after the other") == true)
        #expect(server.requests.count == 11)
    }

    static let unsent: [(status: Int, body: String, attempts: Int, says: String)] = [
        (401, "API key is not valid: unknown token", 1, "does not accept the key"), (402, "billing", 1, "plan"),
        (404, "nothing here", 1, "no such object"), (302, "", 1, "redirect"), (304, "", 1, "status 304"),
        (200, "{}", 1, "does not say"), (200, "", 1, "does not say"), (204, "", 1, "does not say"),
        (200, #"{"status":"Ok","quota_limited":["events"]}"#, 1, "quota of events"),
    ]

    @Test(arguments: unsent.indices) func whatIsNotConfirmedStaysOnTheDisk(_ index: Int) async throws {
        let wanted = Self.unsent[index]
        let headers = wanted.status == 302 ? [("Location", "http://127.0.0.1:1/batch/")] : []
        let server = try LoopbackServer { _ in [.response(wanted.status, headers: headers, body: wanted.body)] }
        let place = Place()
        let driver = try driver(server, place)
        _ = try await capture(driver, 0..<3)
        let report = await driver.flush()
        #expect((report.sent, report.refused, report.pending) == (0, 0, 3))
        #expect(
            report.obstacle.map(String.init(describing:))?.contains(wanted.says) == true,
            "\(String(describing: report.obstacle))")
        #expect(server.requests.count == wanted.attempts)
    }

    @Test func aQuotaOfRecordingsIsNoneOfOurs() async throws {
        let (server, place) = (
            try LoopbackServer { _ in [.json(["status": 1, "quota_limited": ["recordings"]])] }, Place()
        )
        let driver = try driver(server, place)
        _ = try await capture(driver, 0..<3)
        #expect(await driver.flush().sent == 3)
        #expect(server.requests.count == 1)
    }

    @Test func whatFailsForAMomentIsSentAgainUnderTheSameIDs() async throws {
        let calls = Mutex(0)
        let server = try LoopbackServer { _ in
            let number = calls.withLock { number -> Int in
                number += 1
                return number
            }
            let steps: [LoopbackStep] = [
                .response(503, body: "transient error, please retry"), .response(504, body: "gateway"), .reset,
                .text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"status\""), Self.ok,
            ]
            return number == 4 ? [steps[3], .close] : [steps[min(number, 5) - 1]]
        }
        let place = Place()
        let driver = try driver(server, place)
        let uuids = try await capture(driver, 0..<3)
        let report = await driver.flush()
        #expect((report.sent, report.pending) == (3, 0) && report.obstacle == nil)
        #expect(server.requests.count == 5)
        for request in server.requests {
            #expect(request.json["batch"]?.arrayValue?.compactMap { $0["uuid"]?.stringValue } == uuids)
            #expect(request.body == server.requests.first?.body, "the same to the byte")
        }
    }

    @Test func whatAProcessLeftIsSentByTheNext() async throws {
        let place = Place()
        let down = try LoopbackServer { _ in [.response(401, body: "no")] }
        var first: PostHogDriver? = try driver(down, place)
        let uuids = try await capture(#require(first), 0..<7)
        _ = await first?.flush()
        first = nil
        // Another port is another destination: what was accepted for one project is sent to no other.
        let other = try LoopbackServer { _ in [Self.ok] }
        #expect(try await driver(other, place).sendLeft(within: .seconds(60)).report.recovered == 0)
        #expect(other.requests.isEmpty)
        let isUp = Mutex(false)
        let server = try LoopbackServer { _ in [isUp.withLock { $0 } ? Self.ok : .response(401, body: "no")] }
        var second: PostHogDriver? = try driver(server, place)
        let later = try await capture(#require(second), 7..<9)
        #expect(await second?.flush().pending == 2)
        second = nil
        isUp.withLock { $0 = true }
        let (report, inUse) = try await driver(server, place).sendLeft(within: .seconds(60))
        #expect((report.recovered, report.sent, report.pending, inUse) == (2, 2, 0, 0))
        #expect(server.requests.last?.json["batch"]?.arrayValue?.compactMap { $0["uuid"]?.stringValue } == later)
        #expect(Set(uuids).isDisjoint(with: later))
    }

    @Test func aFullSpoolRefusesAndLosesNothing() async throws {
        let (server, place) = (try LoopbackServer { _ in [.response(401, body: "no")] }, Place())
        let driver = try driver(server, place) { $0.capture.maxPendingEvents = 5 }
        _ = try await capture(driver, 0..<4)
        let error = await failure { _ = try await self.capture(driver, 4..<8) }
        #expect(error?.code == .quotaExceeded && error?.message.contains("4 events") == true)
        let report = await driver.flush()
        #expect((report.accepted, report.pending) == (4, 4))
        #expect(!server.requests.isEmpty)
    }

    @Test func whatIsMissingIsSaidAndNothingIsOpened() async throws {
        let (server, place) = (try LoopbackServer { _ in [Self.ok] }, Place())
        let keyless = try driver(server, place) { $0.projectKey = nil }
        #expect(
            await failure { _ = try await self.capture(keyless, 0..<1) }?.message.contains("project API key") == true)
        let placeless = try driver(server, place) { $0.capture.spool = nil }
        #expect(await failure { _ = try await self.capture(placeless, 0..<1) }?.hint?.contains("AIRLOCK_SPOOL") == true)
        #expect(!FileManager.default.fileExists(atPath: place.path))
    }
}
