internal import AirlockCore
internal import DriverKit

extension CallOutcome {
    /// How many values a table has.
    var cellCount: Int {
        guard case .table(let reply) = self else { return 0 }
        return reply.table.rows.count.multipliedReportingOverflow(by: reply.table.columns.count).partialValue
    }

    /// The rows that count against the run's quota, at most those the call may have.
    ///
    /// A further method's rows are the elements of its array, or of the array `rows` in its object.
    func rowCount(of call: BrokerCall) -> Int {
        switch self {
        case .table(let reply): min(reply.table.rows.count, call.options.maxRows)
        case .value(let value):
            switch call.work {
            case .other: (value["rows"]?.arrayValue ?? value.arrayValue ?? []).count
            default: 0
            }
        }
    }

    /// Writes the reply.
    ///
    /// - Parameters:
    ///   - rows: how many of ``rowCount(of:)`` the run still had.
    ///   - maxBytes: how large the reply may be.
    func encoded(for call: BrokerCall, rows: Int, maxBytes: Int) -> CallAnswer {
        let wanted = rowCount(of: call)
        let tooManyRows = CallAnswer.failure(
            BrokerState.exceeded(.rows, "the reply does not fit into the rows that are left to this run"),
            breach: .rows)
        let (frame, age): ([UInt8]?, Duration)
        switch self {
        case .table(let reply):
            if wanted > 0, rows == 0 { return tooManyRows }
            var cutBy = reply.cutBy
            let isAtBound = reply.table.rows.count >= call.options.maxRows
            let isCut = cutBy != nil || reply.table.rows.count > wanted
            if isCut, isAtBound, cutBy != .upstream { cutBy = call.boundBy }
            if rows < wanted { cutBy = .quota }
            frame = ReplyEncoder.table(
                call.id, reply, rows: rows, layout: call.layout, cutBy: cutBy, maxBytes: maxBytes)
            age = reply.age
        case .value(let value):
            // What such an answer means is not known here, so that it cannot be cut.
            if rows < wanted { return tooManyRows }
            frame = ReplyEncoder.value(call.id, value, maxBytes: maxBytes)
            age = .zero
        }
        guard let frame else {
            return .failure(
                BrokerState.exceeded(.replyBytes, "the reply does not fit into the reply bytes left to this run"),
                breach: .replyBytes)
        }
        return .reply(frame: frame, rows: rows, age: age)
    }
}
