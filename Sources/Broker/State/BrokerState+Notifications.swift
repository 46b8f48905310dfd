internal import AirlockCore

extension BrokerState {
    mutating func notify(
        _ method: String, _ params: JSONObject, frameBytes: Int, _ now: Duration, _ actions: inout [BrokerAction]
    ) {
        notifications += 1
        guard notifications <= limits.notifications else {
            refuse(.notifications, "more than \(limits.notifications) notifications", now, &actions)
            return
        }
        do throws(InvalidNotification) {
            take(try GuestNotification(method: method, params: params), frameBytes: frameBytes, now, &actions)
        } catch {
            refuse(.invalidNotifications, error.message, now, &actions)
        }
    }

    private mutating func take(
        _ notification: GuestNotification, frameBytes: Int, _ now: Duration, _ actions: inout [BrokerAction]
    ) {
        switch notification {
        case .progress(let progress):
            report.progress = progress
            actions.append(.show(progress))
        case .exception(let exception, let claimsUpstream):
            report.exception = exception
            report.exceptionClaimsUpstream = claimsUpstream
        case .log(let level, let message):
            guard report.logs.count < limits.logLines else {
                return refuse(.logLines, "more than \(limits.logLines) log lines", now, &actions)
            }
            guard hasRoom(frameBytes, now, &actions) else { return }
            log(level, message, now, &actions)
        case .result(let value):
            guard report.result == nil else {
                return refuse(.results, "a second result; the first one stands", now, &actions)
            }
            guard hasRoom(frameBytes, now, &actions) else { return }
            report.result = value
        case .output(let output):
            if case .artifact(let artifact) = output {
                guard artifactCount < limits.artifacts else {
                    return refuse(.artifacts, "more than \(limits.artifacts) artifacts", now, &actions)
                }
                guard !artifactNames.contains(artifact.name) else {
                    return refuse(
                        .invalidNotifications, "two artifacts of the name '\(artifact.name)'", now, &actions)
                }
            }
            guard hasRoom(frameBytes, now, &actions) else { return }
            if case .artifact(let artifact) = output {
                artifactCount += 1
                artifactNames.insert(artifact.name)
            }
            report.outputs.append(output)
            actions.append(.output(output))
        }
    }

    private mutating func hasRoom(_ bytes: Int, _ now: Duration, _ actions: inout [BrokerAction]) -> Bool {
        guard bytes <= limits.outputBytes.bytes - outputBytes else {
            refuse(.outputBytes, "more than \(limits.outputBytes) of outputs; this one was dropped", now, &actions)
            return false
        }
        outputBytes += bytes
        return true
    }

    /// There is no reply to carry the error, so it stands in the log; a few such lines are outside the log's quota,
    /// because the breach count bounds them.
    private mutating func refuse(
        _ quota: Quota, _ message: String, _ now: Duration, _ actions: inout [BrokerAction]
    ) {
        log(.error, "airlock: \(message)", now, &actions)
        breach(quota, message, now, &actions)
    }

    private mutating func log(
        _ level: LogLine.Level, _ message: String, _ now: Duration, _ actions: inout [BrokerAction]
    ) {
        let line = LogLine(level: level, message: message, time: now)
        report.logs.append(line)
        actions.append(.log(line))
    }
}
