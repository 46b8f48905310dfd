import AirlockCore
import DriverKit

@testable import Broker

extension FramesFuzz {
    /// Follows what a state machine asks for, and complains of what it must not.
    struct Watch {
        let limits: BrokerLimits
        /// The requests of the stream, in its order.
        let requested: [RequestID]
        private var running: [BrokerCall] = []
        private var replies = 0
        private var isPaused = false
        private var isOver = false
        /// A call was recorded, and its reply is due.
        private var isRecorded = false

        init(limits: BrokerLimits, requested: [RequestID]) {
            self.limits = limits
            self.requested = requested
        }

        /// Takes a call out of those that are running; its reply may have to wait for others.
        mutating func settle(_ index: Int) -> BrokerCall? {
            running.isEmpty ? nil : running.remove(at: index % running.count)
        }

        mutating func see(_ action: BrokerAction) throws(Complaint) {
            switch action {
            case .start(let call):
                try hold(!isOver, "a call is started after the end")
                running.append(call)
                try hold(running.count <= limits.concurrentCalls, "\(running.count) calls at once")
                try hold(isPaused, "a call runs on the script's time")
                try hold(
                    (1...limits.rowsPerCall).contains(call.options.maxRows), "\(call.options.maxRows) rows asked for")
                try hold(call.options.timeout > .zero, "a call without time")
            case .cancel(let key): running.removeAll { $0.key == key }
            case .record: isRecorded = true
            case .send(let frame):
                try hold(isRecorded, "a reply that was not recorded")
                isRecorded = false
                try reply(frame)
            case .pauseScriptClock:
                try hold(!isPaused, "the clock is stopped twice")
                isPaused = true
            case .resumeScriptClock:
                try hold(isPaused, "a running clock is started")
                isPaused = false
            case .end(_, let reason):
                try hold(!isOver, "a second end")
                isOver = true
                try ErrorRules.sentence(reason)
            case .show, .log, .output: try hold(!isOver, "something is shown after the end")
            }
        }

        /// Replies come in the order of the requests, and are JSON with a result or an error.
        private mutating func reply(_ frame: [UInt8]) throws(Complaint) {
            try hold(!isOver, "a reply after the end")
            let length = frame.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            try hold(length == frame.count - 4, "a frame of \(frame.count - 4) bytes that says \(length)")
            let reply = try present(try? JSONValue(json: Array(frame.dropFirst(4))), "a reply that is not JSON")
            try hold((reply["result"] == nil) != (reply["error"] == nil), "a reply with neither result nor error")
            let id = try present(try? RequestID(reply["id"] ?? .null), "a reply without an id")
            try hold(replies < requested.count && requested[replies] == id, "a reply out of order")
            if let message = reply["error"]?["message"]?.stringValue { try ErrorRules.sentence(message) }
            replies += 1
            running.removeAll { $0.id == id }
        }

        func finish(_ whole: BrokerState, _ cut: BrokerState) throws(Complaint) {
            let report = whole.report
            try hold(whole.isOver && whole.openCalls.isEmpty, "calls are open after the end")
            try hold(!isPaused, "the script's clock stands still after the end")
            try hold(
                report.calls == report.transcript.count, "\(report.calls) calls, \(report.transcript.count) records")
            try hold(report.calls <= requested.count && replies <= report.calls, "calls that nobody made")
            try hold(report.rows <= limits.rows, "\(report.rows) rows")
            let slack = (report.breaches.values.max() ?? 0) + limits.breaches * 20
            try hold(report.logs.count <= limits.logLines + slack, "\(report.logs.count) log lines")
            let artifacts = report.outputs.count { if case .artifact = $0 { true } else { false } }
            try hold(artifacts <= limits.artifacts, "\(artifacts) artifacts")
            try hold(report.outputs == cut.report.outputs && report.logs == cut.report.logs, "another output when cut")
            try hold(report.transcript == cut.report.transcript, "another transcript when cut")
            try hold(report.code == cut.report.code, "other code when cut")
            try hold((report.code?.count ?? 0) <= ScriptStart.maxCodeBytes, "more code than allowed")
            try hold(report.result == cut.report.result && report.ending == cut.report.ending, "another end when cut")
        }
    }
}
