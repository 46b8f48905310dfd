import AirlockCore
import DriverKit
import Testing

@testable import Broker

@Suite struct BrokerStateTests {
    @Test func repliesLeaveInTheOrderOfTheRequests() {
        var state = BrokerState()
        let calls = state.feed(request(7) + request(3) + request(5)).calls
        #expect(state.answered(calls[2].key, answer(calls[2]), now: .zero).sent.isEmpty)
        #expect(state.answered(calls[0].key, answer(calls[0]), now: .zero).sent.map { $0["id"] } == [7])
        #expect(state.answered(calls[1].key, answer(calls[1]), now: .zero).sent.map { $0["id"] } == [3, 5])
        #expect(state.report.transcript.count == 3)
    }

    @Test func anErrorWaitsForTheRepliesBeforeIt() {
        var state = BrokerState()
        let actions = state.feed(request(1) + request(2, "get_fields"))
        #expect(actions.sent.isEmpty)
        let calls = actions.calls
        let sent = state.answered(calls[0].key, answer(calls[0]), now: .zero).sent
        #expect(sent.map { $0["id"] } == [1, 2])
        #expect(sent[1]["error"]?["code"] == -32602)
    }

    @Test func anIDMayComeAgainOnceItsReplyWasSent() {
        var state = BrokerState()
        let call = state.feed(request(1)).calls[0]
        _ = state.answered(call.key, answer(call), now: .zero)
        #expect(state.feed(request(1)).ending == nil)
        #expect(state.feed(request(1)).ending == .protocolViolation)
    }

    @Test func textAndNumberAreDifferentIDs() {
        var state = BrokerState()
        let text = frame(#"{"jsonrpc":"2.0","id":"1","method":"list_objects"}"#)
        #expect(state.feed(request(1) + text).calls.count == 2)
        #expect(state.feed(text).ending == .protocolViolation)
    }

    @Test func theScriptClockStandsWhileACallIsUnderWay() {
        var state = BrokerState()
        func clock(_ actions: [BrokerAction]) -> [String] {
            actions.compactMap {
                switch $0 {
                case .pauseScriptClock: "pause"
                case .resumeScriptClock: "resume"
                default: nil
                }
            }
        }
        let first = state.feed(request(1), now: .seconds(1))
        let second = state.feed(request(2), now: .seconds(2))
        #expect(clock(first) == ["pause"] && clock(second).isEmpty)
        let (a, b) = (first.calls[0], second.calls[0])
        #expect(clock(state.answered(a.key, answer(a), now: .seconds(4))).isEmpty)
        #expect(clock(state.answered(b.key, answer(b), now: .seconds(5))) == ["resume"])
        #expect(state.report.brokerWait == .seconds(4))
        #expect(state.report.transcript.map(\.time) == [.seconds(3), .seconds(3)])
        // A refused request is nothing to wait for.
        #expect(clock(state.feed(request(3, "no_such_method"), now: .seconds(6))).isEmpty)
    }

    @Test func anAnswerAfterTheTimeoutIsIgnored() {
        var state = BrokerState()
        let call = state.feed(request(1)).calls[0]
        let actions = state.timedOut(call.key, now: .seconds(30))
        #expect(actions.errorCodes == ["timed_out"])
        #expect(actions.contains { if case .cancel(call.key) = $0 { true } else { false } })
        #expect(state.answered(call.key, answer(call), now: .seconds(31)).isEmpty)
        #expect(state.timedOut(call.key, now: .seconds(31)).isEmpty)
        #expect(state.reserve(rows: 5, for: call.key) == nil)
        #expect(state.report.lastUpstreamError?.code == .timedOut)
    }

    @Test func aLateAnswerDoesNotReplaceAReplyThatWaitsForItsTurn() {
        var state = BrokerState()
        let calls = state.feed(request(1) + request(2)).calls
        #expect(state.timedOut(calls[1].key, now: .seconds(30)).sent.isEmpty)
        #expect(state.answered(calls[1].key, answer(calls[1]), now: .seconds(31)).isEmpty)
        let actions = state.answered(calls[0].key, answer(calls[0]), now: .seconds(32))
        #expect(actions.errorCodes == ["timed_out"])
        #expect(state.running == 0 && state.report.brokerWait == .seconds(32))
    }

    @Test func theEndCancelsWhatIsOpen() {
        var state = BrokerState()
        let call = state.feed(request(1)).calls[0]
        let actions = state.ended(now: .seconds(2))
        #expect(actions.ending == nil)
        #expect(actions.contains { if case .cancel(call.key) = $0 { true } else { false } })
        #expect(state.report.transcript.map(\.verdict) == ["cancelled"])
        #expect(state.report.brokerWait == .seconds(2))
        #expect(state.answered(call.key, answer(call), now: .seconds(3)).isEmpty)
        #expect(state.ended(now: .seconds(3)).isEmpty)
    }

    @Test func endingInsideAFrameIsAViolation() {
        var state = BrokerState()
        #expect(state.feed(Array(request(1).dropLast())).isEmpty)
        #expect(state.ended(now: .zero).ending == .protocolViolation)
    }

    @Test func twoWritersInterleavedAreAViolation() {
        var state = BrokerState()
        let (one, two) = (request(1, "query", ["query": "SELECT 1"]), request(2, "query", ["query": "SELECT 2"]))
        let mixed = Array(one[..<20]) + Array(two[..<20]) + Array(one[20...]) + Array(two[20...])
        #expect(state.feed(mixed).ending == .protocolViolation)
    }

    @Test func tenThousandPipelinedRequestsEndTheRun() {
        var state = BrokerState()
        let actions = state.feed((0..<10_000).flatMap { request($0) })
        #expect(actions.calls.count == 4)
        #expect(actions.ending == .quotaExceeded)
        #expect(actions.reason == "4 calls are already under way (breach 3 of concurrent_calls)")
        #expect(state.report.calls == 7)
        #expect(state.openCalls.isEmpty)
    }

    @Test func anUnknownMethodNamesTheNearest() {
        var state = BrokerState()
        let sent = state.feed(request(1, "querry")).sent
        #expect(sent[0]["error"]?["code"] == -32601)
        #expect(sent[0]["error"]?["message"] == "there is no method 'querry'; did you mean 'query'?")
        #expect(state.report.breaches == ["unknown_methods": 1])
        #expect(state.report.transcript[0].verdict == "unknown_method")
    }

    @Test(
        arguments: [
            ("query", [:], "query needs 'query', a text that is not empty"),
            ("query", ["query": 1], "query needs 'query', a text that is not empty"),
            ("query", ["query": "q", "values": [1]], "'values' of query has to be an object"),
            ("query", ["query": "q", "max_rows": 0], "'max_rows' has to be an integer of at least 1"),
            ("query", ["query": "q", "max_rows": "5"], "'max_rows' has to be an integer of at least 1"),
            ("query", ["query": "q", "max_age": -1], "'max_age' has to be a number of seconds, from 0 to 864000000"),
            (
                "query", ["query": "q", "max_age": 1e300],
                "'max_age' has to be a number of seconds, from 0 to 864000000"
            ),
            ("query", ["query": "q", "max_row": 1], "query has no parameter 'max_row'; did you mean 'max_rows'?"),
            ("get_fields", ["objekt": "events"], "get_fields has no parameter 'objekt'; did you mean 'object'?"),
            ("list_objects", ["x": 1], "list_objects has no parameter 'x'"),
        ] as [(String, JSONObject, String)])
    func wrongParameters(method: String, params: JSONObject, message: String) {
        var state = BrokerState()
        let actions = state.feed(request(1, method, params))
        #expect(actions.sent.first?["error"]?["message"]?.stringValue == message)
        #expect(actions.errorCodes == ["invalid_argument"])
        #expect(state.report.breaches.isEmpty)
    }

    @Test func theTranscriptHoldsTheQueryButNotItsValues() {
        var state = BrokerState()
        let params: JSONObject = ["query": "SELECT {a}", "values": ["a": "private"], "max_rows": 5]
        let call = state.feed(request(1, "query", params)).calls[0]
        _ = state.answered(call.key, answer(call, rows: 2), now: .milliseconds(5))
        let record = state.report.transcript[0]
        #expect(record.query == "SELECT {a}")
        #expect(
            record.valuesDigest
                == SHA256.hexDigest(Array(#"{"max_rows":5,"values":{"a":"private"}}"#.utf8)))
        #expect(record.rows == 2 && record.verdict == "ok" && record.replyBytes > 0)
    }

    @Test(
        arguments: [
            (nil, 0, 50_000, CutBy.defaultLimit), (10, 0, 10, .template), (60_000, 0, 50_000, .defaultLimit),
            (nil, 199_000, 1000, .quota), (10, 199_000, 10, .template), (5000, 199_000, 1000, .quota),
        ] as [(Int?, Int, Int, CutBy)])
    func rowsOfACall(asked: Int?, used: Int, expected: Int, boundBy: CutBy) throws {
        var state = BrokerState()
        state.report.rows = used
        var params: JSONObject = ["query": "q", "max_age": 1.5]
        if let asked { params["max_rows"] = .int(asked) }
        let call = try #require(state.feed(request(1, "query", params)).calls.first)
        #expect(call.options.maxRows == expected && call.boundBy == boundBy)
        #expect(call.options.maximumAge == .milliseconds(1500))
    }
}
