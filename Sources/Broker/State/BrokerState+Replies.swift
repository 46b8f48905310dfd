internal import AirlockCore
internal import DriverKit

extension BrokerState {
    /// What is left for the reply of a call; the rows are taken at once, so that calls side by side cannot share them.
    ///
    /// - Returns: `nil` when the call is no longer waited for.
    mutating func reserve(rows: Int, for key: Int) -> (rows: Int, bytes: Int)? {
        guard isOpen(key) else { return nil }
        let granted = max(0, min(rows, limits.rows - report.rows))
        report.rows += granted
        return (granted, max(0, limits.replyBytes.bytes - report.replyBytes))
    }

    func isOpen(_ key: Int) -> Bool { openCalls.contains { $0.key == key && $0.reply == nil } }

    /// A call is done. A call that is no longer waited for, having timed out or outlived the run, is ignored.
    mutating func answered(_ key: Int, _ answer: CallAnswer, now: Duration) -> [BrokerAction] {
        guard !isOver, isOpen(key) else { return [] }
        var actions: [BrokerAction] = []
        settle(key, answer, wasRunning: true, now, &actions)
        return actions
    }

    /// A call has taken all the time it was given.
    mutating func timedOut(_ key: Int, now: Duration) -> [BrokerAction] {
        guard let call = openCalls.first(where: { $0.key == key && $0.reply == nil }) else { return [] }
        let error = AirlockError(
            .timedOut, "the call was given up after \((now - call.started).shortText)",
            hint: "Ask for less: a shorter period, fewer columns, a LIMIT.")
        return [.cancel(key: key)] + answered(key, .failure(error), now: now)
    }

    mutating func settle(
        _ key: Int, _ answer: CallAnswer, wasRunning: Bool, _ now: Duration, _ actions: inout [BrokerAction]
    ) {
        guard let index = openCalls.firstIndex(where: { $0.key == key }) else { return }
        if wasRunning {
            running -= 1
            timeInCalls += now - openCalls[index].started
        }
        openCalls[index].record.time = now - openCalls[index].started
        let breach = write(answer, at: index)
        if wasRunning, running == 0 {
            report.brokerWait += now - waitingSince
            actions.append(.resumeScriptClock)
        }
        flush(&actions)
        if let breach { self.breach(breach.quota, breach.reason, now, &actions) }
    }

    /// Puts the reply into its place in the order.
    private mutating func write(_ answer: CallAnswer, at index: Int) -> (quota: Quota, reason: String)? {
        switch answer {
        case .reply(let frame, let rows, let age):
            guard frame.count <= limits.replyBytes.bytes - report.replyBytes else {
                // Another call's reply used up what was left while this one was written.
                return write(.failure(tooManyReplyBytes, breach: .replyBytes), at: index)
            }
            openCalls[index].reply = frame
            openCalls[index].record.rows = rows
            openCalls[index].record.replyBytes = frame.count
            openCalls[index].record.cacheAge = age
            report.replyBytes += frame.count
            return nil
        case .failure(let error, let quota):
            let frame = ReplyEncoder.error(openCalls[index].id, error)
            openCalls[index].reply = frame
            openCalls[index].record.replyBytes = frame.count
            openCalls[index].record.verdict = error.code.rawValue
            report.replyBytes += frame.count
            report.lastUpstreamError = [.timedOut, .upstreamFailed].contains(error.code) ? error : nil
            // A query's tables and columns are known only to the call itself, which answers with the error.
            let denied: Quota? = error.code == .permissionDenied ? .permissions : nil
            return (quota ?? denied).map { ($0, error.message) }
        }
    }

    var tooManyReplyBytes: AirlockError {
        BrokerState.exceeded(.replyBytes, "the reply does not fit into this run's \(limits.replyBytes) of replies")
    }

    /// Sends every reply that no earlier one holds up.
    private mutating func flush(_ actions: inout [BrokerAction]) {
        var sent = 0
        for call in openCalls {
            guard let reply = call.reply else { break }
            actions += [.record(call.record), .send(reply)]
            report.transcript.append(call.record)
            sent += 1
        }
        openCalls.removeFirst(sent)
    }
}
