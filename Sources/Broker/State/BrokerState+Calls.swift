internal import AirlockCore
internal import DriverKit

extension BrokerState {
    /// Why a request is not run.
    private struct Refusal: Error {
        var error: AirlockError
        var breach: Quota?
    }

    mutating func request(
        _ id: RequestID, _ method: String, _ params: JSONObject, frameBytes: Int, _ now: Duration,
        _ actions: inout [BrokerAction]
    ) {
        lastKey += 1
        var rest = params
        rest["query"] = nil
        // It makes no other answer.
        rest["layout"] = nil
        // A query's text is kept once it is known to be one; a stray member of another method is only digested.
        let query = method == "query" ? params["query"]?.stringValue : nil
        let record = CallRecord(
            method: method, query: query,
            valuesDigest: SHA256.hexDigest(JSONValue.object(query == nil ? params : rest).canonicalJSONBytes))
        openCalls.append(OpenCall(key: lastKey, id: id, started: now, record: record))
        do throws(Refusal) {
            let call = try admit(id, method, params, frameBytes, now)
            if running == 0 {
                waitingSince = now
                actions.append(.pauseScriptClock)
            }
            running += 1
            actions.append(.start(call))
        } catch {
            settle(lastKey, .failure(error.error, breach: error.breach), wasRunning: false, now, &actions)
        }
    }

    private func admit(
        _ id: RequestID, _ method: String, _ params: JSONObject, _ frameBytes: Int, _ now: Duration
    ) throws(Refusal) -> BrokerCall {
        try checkQuotas(now)
        guard let changes = methods[method] else { throw unknown(method) }
        do throws(AirlockError) {
            try grants.check(method: method, writes: changes)
            let read = try CallParams(method: method, params: params)
            if case .fields(let object) = read.work { try grants.check(object: object) }
            return try call(id, read, frameBytes, now)
        } catch {
            let breach: Quota? =
                switch error.code {
                case .permissionDenied: .permissions
                case .quotaExceeded: .rows
                default: nil
                }
            throw Refusal(error: error, breach: breach)
        }
    }

    private func checkQuotas(_ now: Duration) throws(Refusal) {
        if report.calls > limits.calls {
            throw exceeded(.calls, "this run has made its \(limits.calls) calls")
        }
        if running >= limits.concurrentCalls {
            throw exceeded(.concurrentCalls, "\(limits.concurrentCalls) calls are already under way")
        }
        if report.requestBytes > limits.requestBytes.bytes {
            throw exceeded(.requestBytes, "this run's requests are larger than \(limits.requestBytes) together")
        }
        if spentCallTime(now) >= limits.callTime {
            throw exceeded(.callTime, "this run's calls have taken \(limits.callTime.shortText) together")
        }
        if report.replyBytes >= limits.replyBytes.bytes {
            throw exceeded(.replyBytes, "this run's replies have reached \(limits.replyBytes) together")
        }
    }

    /// Settled calls and those still under way.
    private func spentCallTime(_ now: Duration) -> Duration {
        openCalls.filter { $0.reply == nil && $0.key != lastKey }.reduce(timeInCalls) { $0 + (now - $1.started) }
    }

    private func exceeded(_ quota: Quota, _ message: String) -> Refusal {
        Refusal(error: BrokerState.exceeded(quota, message), breach: quota)
    }

    static func exceeded(_ quota: Quota, _ message: String) -> AirlockError {
        AirlockError(.quotaExceeded, message, hint: "The limit is called \(quota.rawValue); the caller can raise it.")
    }

    private func unknown(_ method: String) -> Refusal {
        let nearest = nearestName(to: method, in: methods.keys.sorted()).map { "; did you mean '\($0)'?" } ?? ""
        let error = AirlockError(
            .unknownMethod, "there is no method '\(method)'\(nearest)",
            hint: "Known are: \(methods.keys.sorted().joined(separator: ", ")).")
        return Refusal(error: error, breach: .unknownMethods)
    }

    private func call(
        _ id: RequestID, _ read: CallParams, _ frameBytes: Int, _ now: Duration
    ) throws(AirlockError) -> BrokerCall {
        let left = limits.rows - report.rows
        var (maxRows, boundBy) = (limits.rowsPerCall, CutBy.defaultLimit)
        if let asked = read.maxRows, asked <= maxRows { (maxRows, boundBy) = (asked, .template) }
        if left < maxRows { (maxRows, boundBy) = (left, .quota) }
        switch read.work {
        case .query, .other:
            guard maxRows > 0 else { throw BrokerState.exceeded(.rows, "this run has read its \(limits.rows) rows") }
        case .listObjects, .fields: maxRows = limits.rowsPerCall
        }
        let timeout = min(limits.timePerCall, limits.callTime - spentCallTime(now))
        return BrokerCall(
            key: lastKey, id: id, work: read.work,
            options: QueryOptions(maxRows: maxRows, timeout: timeout, maximumAge: read.maximumAge), boundBy: boundBy,
            layout: read.layout, requestBytes: frameBytes)
    }
}
