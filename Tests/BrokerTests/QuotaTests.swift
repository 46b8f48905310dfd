import AirlockCore
import DriverKit
import Testing

@testable import Broker

/// Each quota: the first breach is answered and counted, the third ends the run.
@Suite struct QuotaTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var quota: Quota
        var limits: BrokerLimits
        var grants = Grants()
        /// Gets the state to where the next `breach` is one.
        var approach: @Sendable (inout BrokerState) -> Void = { _ in }
        /// What breaches; the number makes ids and names differ.
        var breach: @Sendable (Int) -> [UInt8]
        var isCall = true
        var testDescription: String { quota.rawValue }
    }

    static let cases: [Case] = [
        Case(
            quota: .calls, limits: .with { $0.calls = 2 }, approach: { serve(&$0, [request(1), request(2)]) },
            breach: { request($0) }),
        Case(
            quota: .concurrentCalls, limits: .with { $0.concurrentCalls = 2 },
            approach: { _ = $0.feed(request(1) + request(2)) }, breach: { request($0) }, isCall: false),
        Case(
            quota: .callTime, limits: .with { $0.callTime = .seconds(3) },
            approach: { state in
                let call = state.feed(request(1)).calls[0]
                _ = state.answered(call.key, answer(call), now: .seconds(3))
            }, breach: { request($0) }),
        Case(
            quota: .requestBytes, limits: .with { $0.requestBytes = ByteCount(200) },
            breach: { request($0, "query", ["query": .string(String(repeating: " ", count: 200))]) }),
        Case(
            quota: .replyBytes, limits: .with { $0.replyBytes = ByteCount(60) },
            approach: { serve(&$0, [request(1)], .string(String(repeating: "x", count: 20))) },
            breach: { request($0) }),
        Case(
            quota: .rows, limits: .with { $0.rows = 3 },
            approach: { state in
                let call = state.feed(request(1, "query", ["query": "q"])).calls[0]
                _ = state.reserve(rows: 3, for: call.key)
                _ = state.answered(call.key, answer(call, rows: 3), now: .zero)
            }, breach: { request($0, "query", ["query": "q"]) }),
        Case(
            quota: .permissions, limits: BrokerLimits(), grants: Grants(methods: ["query"]),
            breach: { request($0, "list_objects") }),
        Case(quota: .unknownMethods, limits: BrokerLimits(), breach: { request($0, "no_such_method_at_all") }),
        Case(
            quota: .notifications, limits: .with { $0.notifications = 2 },
            approach: { _ = $0.feed(progress() + progress()) }, breach: { _ in progress() }, isCall: false),
        Case(
            quota: .outputBytes, limits: .with { $0.outputBytes = ByteCount(300) },
            breach: { _ in notification("markdown", ["text": .string(String(repeating: "m", count: 300))]) },
            isCall: false),
        Case(
            quota: .artifacts, limits: .with { $0.artifacts = 1 }, approach: { _ = $0.feed(artifact("0.txt")) },
            breach: { artifact("\($0).txt") }, isCall: false),
        Case(
            quota: .logLines, limits: .with { $0.logLines = 1 },
            approach: { _ = $0.feed(notification("log", ["level": "info", "message": "m"])) },
            breach: { _ in notification("log", ["level": "info", "message": "m"]) }, isCall: false),
        Case(
            quota: .invalidNotifications, limits: BrokerLimits(),
            breach: { _ in notification("table", ["columns": 1]) }, isCall: false),
        Case(
            quota: .results, limits: BrokerLimits(), approach: { _ = $0.feed(notification("result", ["value": 1])) },
            breach: { _ in notification("result", ["value": 2]) }, isCall: false),
    ]

    @Test func everyQuotaHasACase() {
        #expect(Set(QuotaTests.cases.map(\.quota)) == Set(Quota.allCases))
    }

    @Test(arguments: cases) func theThirdBreachEndsTheRun(test: Case) {
        var state = BrokerState(test.limits, test.grants)
        test.approach(&state)
        #expect(state.report.breaches.isEmpty && !state.isOver)
        for count in 1...3 {
            let actions = state.feed(test.breach(100 + count), now: .seconds(4))
            #expect(state.report.breaches == [test.quota.rawValue: count])
            #expect(actions.ending == (count == 3 ? .quotaExceeded : nil))
            #expect(actions.calls.isEmpty)
            if test.isCall {
                let code = test.quota == .permissions ? "permission_denied" : "quota_exceeded"
                #expect(actions.errorCodes == [test.quota == .unknownMethods ? "unknown_method" : code])
            }
        }
        #expect(state.report.ending?.reason.hasSuffix("(breach 3 of \(test.quota.rawValue))") == true)
        #expect(state.feed(request(999)).isEmpty)
    }

    @Test func aSecondResultIsLoggedAndTheFirstStands() {
        var state = BrokerState()
        _ = state.feed(notification("result", ["value": nil]) + notification("result", ["value": 2]))
        #expect(state.report.result == .some(.null))
        #expect(state.report.logs.map(\.message) == ["airlock: a second result; the first one stands"])
        #expect(state.report.logs.map(\.level) == [.error])
    }

    @Test func aReplyThatNoLongerFitsIsAnError() {
        var state = BrokerState(.with { $0.replyBytes = ByteCount(100) })
        let calls = state.feed(request(1) + request(2)).calls
        for call in calls {
            let long = JSONValue.string(String(repeating: "x", count: 50))
            _ = state.answered(call.key, answer(call, long), now: .zero)
        }
        #expect(state.report.transcript.map(\.verdict) == ["ok", "quota_exceeded"])
        #expect(state.report.breaches == ["reply_bytes": 1])
    }

    @Test func rowsAreSharedOutAmongCallsSideBySide() {
        var state = BrokerState(.with { $0.rows = 10 })
        let calls = state.feed((1...3).flatMap { request($0, "query", ["query": "q"]) }).calls
        #expect(calls.map { state.reserve(rows: 6, for: $0.key)?.rows } == [6, 4, 0])
        #expect(state.report.rows == 10)
    }

    private static func progress() -> [UInt8] { notification("progress", ["fraction": 0.5]) }

    private static func artifact(_ name: String) -> [UInt8] {
        notification("artifact", ["name": .string(name), "data": "eA=="])
    }

    private static func serve(_ state: inout BrokerState, _ requests: [[UInt8]], _ value: JSONValue = nil) {
        for call in requests.flatMap({ state.feed($0).calls }) {
            _ = state.answered(call.key, answer(call, value), now: .zero)
        }
    }
}
