import AirlockCore
import DriverKit
import Testing

@testable import Broker

/// A reply when another call, at the same time, took rows or bytes of the run's.
@Suite struct CallOutcomeTests {
    private func call(_ work: BrokerCall.Work, maxRows: Int = 100) -> BrokerCall {
        BrokerCall(
            key: 1, id: .integer(1), work: work, options: QueryOptions(maxRows: maxRows), boundBy: .template,
            layout: .rows, requestBytes: 100)
    }

    private let query = BrokerCall.Work.query("q", values: [:])

    @Test(
        arguments: [
            (5, 5, 5, nil), (5, 3, 3, "quota"), (0, 0, 0, nil), (5, 0, nil, "quota_exceeded"),
        ] as [(Int, Int, Int?, String?)])
    func aTable(has: Int, left: Int, rows: Int?, cutBy: String?) throws {
        let call = call(query)
        switch CallOutcome.table(.numbers(has)).encoded(for: call, rows: left, maxBytes: .max) {
        case .reply(let frame, let sent, _):
            let result = try messages(frame)[0]["result"]
            #expect(sent == rows && result?["rows"]?.arrayValue?.count == rows)
            #expect(result?["cut_by"]?.stringValue == cutBy)
        case .failure(let error, let breach):
            #expect(rows == nil && error.code.rawValue == cutBy && breach == .rows)
        }
    }

    @Test func aFurtherMethodsRowsCount() {
        let call = call(.other("get_events", params: [:]))
        #expect(CallOutcome.value([1, 2, 3]).rowCount(of: call) == 3)
        #expect(CallOutcome.value(["rows": [1, 2]]).rowCount(of: call) == 2)
        #expect(CallOutcome.value(["a": 1]).rowCount(of: call) == 0)
        guard case .failure(_, .rows) = CallOutcome.value([1, 2]).encoded(for: call, rows: 1, maxBytes: .max) else {
            Issue.record("an answer that cannot be cut was sent")
            return
        }
    }

    @Test(arguments: [(0, false), (120, false), (4000, true)])
    func theReplyStaysWithinItsBytes(maxBytes: Int, fits: Bool) {
        let answer = CallOutcome.table(.numbers(100)).encoded(for: call(query), rows: 100, maxBytes: maxBytes)
        switch answer {
        case .reply(let frame, _, _): #expect(fits && frame.count <= maxBytes)
        case .failure(_, let breach): #expect(!fits && breach == .replyBytes)
        }
    }
}
