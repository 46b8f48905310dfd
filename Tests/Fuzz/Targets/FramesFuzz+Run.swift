import AirlockCore
import DriverKit

@testable import Broker

extension FramesFuzz {
    /// Two state machines that are told the same: one gets what the script wrote in one piece, the other in chunks.
    struct RunCheck {
        private var whole: BrokerState
        private var cut: BrokerState
        private var now = Duration.zero
        private var watch: Watch

        init(_ requested: [RequestID]) {
            var limits = BrokerLimits()
            limits.frameBytes = ByteCount(maxFrameBytes)
            (limits.calls, limits.concurrentCalls, limits.callTime) = (8, 3, .seconds(10))
            (limits.timePerCall, limits.requestBytes, limits.replyBytes) = (
                .seconds(4), ByteCount(3000), ByteCount(4000)
            )
            (limits.rows, limits.rowsPerCall, limits.notifications) = (50, 20, 12)
            (limits.outputBytes, limits.artifacts, limits.logLines) = (ByteCount(2000), 3, 5)
            whole = BrokerState(
                limits: limits, grants: Grants(methods: Grants.readingMethods + ["get_events", "capture"]),
                methods: [.init(name: "get_events", writes: false), .init(name: "capture", writes: true)],
                awaitsCode: true)
            cut = whole
            watch = Watch(limits: limits, requested: requested)
        }

        consuming func run(_ steps: [Step], cutting cuts: Cuts) throws(Complaint) {
            var cuts = cuts
            for step in steps {
                switch step {
                case .stream(let bytes): try receive(bytes, &cuts)
                case .wait(let time): now += time
                case .answer(let index, let rows): try answer(index, rows)
                case .fail(let index):
                    let failure = AirlockError(.upstreamFailed, "the source is down", cause: "errno")
                    try settle(index) { state, call, now in
                        state.answered(call.key, .failure(failure), now: now)
                    }
                case .timeOut(let index):
                    try settle(index) { state, call, now in state.timedOut(call.key, now: now) }
                }
            }
            let (first, second) = (whole.ended(now: now), cut.ended(now: now))
            try take(first, second)
            try watch.finish(whole, cut)
        }

        private mutating func receive(_ bytes: [UInt8], _ cuts: inout Cuts) throws(Complaint) {
            let first = bytes.withUnsafeBytes { whole.received($0, now: now) }
            var second: [BrokerAction] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let chunk = rest.prefix(cuts.next(upTo: 100))
                rest = rest.dropFirst(chunk.count)
                second += chunk.withUnsafeBytes { cut.received($0, now: now) }
            }
            try take(first, second)
        }

        private mutating func answer(_ index: Int, _ rows: Int) throws(Complaint) {
            let table = Table(columns: ["n"], types: ["UInt64"], rows: (0..<rows).map { [.int($0)] })
            try settle(index) { state, call, now in
                let outcome: CallOutcome =
                    switch call.work {
                    case .query: .table(QueryReply(table: table))
                    default: .value(.array(table.rows.map { .array($0) }))
                    }
                guard let left = state.reserve(rows: outcome.rowCount(of: call), for: call.key) else { return [] }
                return state.answered(
                    call.key, outcome.encoded(for: call, rows: left.rows, maxBytes: left.bytes), now: now)
            }
        }

        private mutating func settle(
            _ index: Int, _ event: (inout BrokerState, BrokerCall, Duration) -> [BrokerAction]
        ) throws(Complaint) {
            guard let call = watch.settle(index) else { return }
            try take(event(&whole, call, now), event(&cut, call, now))
        }

        private mutating func take(_ first: [BrokerAction], _ second: [BrokerAction]) throws(Complaint) {
            try hold(first.map(Self.summary) == second.map(Self.summary), "another course when the stream is cut")
            for action in first { try watch.see(action) }
        }

        /// Actions cannot be compared; what they show of themselves can.
        private static func summary(_ action: BrokerAction) -> [Int] {
            switch action {
            case .record(let record): [9, record.hashValue]
            case .send(let bytes): [0, bytes.hashValue]
            case .start(let call): [1, call.key, call.options.maxRows, call.id.hashValue]
            case .cancel(let key): [2, key]
            case .pauseScriptClock: [3]
            case .resumeScriptClock: [4]
            case .show(let progress): [5, progress.hashValue]
            case .log(let line): [6, line.hashValue]
            case .output(let output): [7, output.hashValue]
            case .end(let status, let reason): [8, status.hashValue, reason.hashValue]
            }
        }
    }
}
