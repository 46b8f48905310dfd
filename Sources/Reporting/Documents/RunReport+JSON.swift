public import AirlockCore

extension RunReport {
    /// Everything the result holds. Every member is always there; what does not apply is `null`. Times are numbers of
    /// milliseconds in members that end in `_ms`, sizes numbers of bytes in members that end in `_bytes`.
    public var jsonValue: JSONValue {
        [
            "run_id": text(result.runID),
            "template": ["name": text(result.template), "digest": text(result.templateDigest)],
            "variables_digest": text(result.variablesDigest),
            "status": .string(result.status.rawValue),
            "reason": .string(orNull: result.reason),
            "limit": .string(orNull: result.limit?.rawValue),
            "syscall": .string(orNull: result.deniedSyscall),
            "syscall_line": result.deniedLine.map { .int($0) } ?? .null,
            "exit_code": result.exitCode.map { .int($0) } ?? .null,
            "signal": .string(orNull: result.signal),
            "exception": result.exception.map(exception) ?? .null,
            "error": result.error?.jsonValue ?? .null,
            "isolation": isolation,
            "usage": usage,
            "refusals": .array(result.usage.refusedCalls.map(refusal)),
            "start": [
                "path": .string(result.startPath.rawValue), "cold_reason": .string(orNull: result.coldReason),
                "latency_ms": result.startLatency.map(milliseconds) ?? .null,
            ],
            "timings": .array(result.timings.map { ["step": .string($0.step), "time_ms": milliseconds($0.time)] }),
            "result": result.result ?? .null,
            "outputs": .array(result.outputs.map(output)),
            "logs": .array(result.logs.map(log)),
            "stdout": stream(result.standardOutput),
            "stderr": stream(result.standardError),
            "transcript": transcript,
        ]
    }

    /// What a run that was never made does not have is `null`.
    private func text(_ value: String) -> JSONValue { value.isEmpty ? .null : .string(value) }

    /// To the microsecond: more digits would be noise.
    private func milliseconds(_ duration: Duration) -> JSONValue {
        .double((duration.inMilliseconds * 1000).rounded() / 1000)
    }

    private func exception(_ exception: ScriptException) -> JSONValue {
        [
            "type": .string(exception.type), "message": .string(exception.message),
            "line": exception.line.map { .int($0) } ?? .null,
        ]
    }

    private var isolation: JSONValue {
        let layers = result.isolation.layers.map { layer -> JSONValue in
            [
                "name": .string(layer.name), "active": .bool(layer.active), "detail": .string(layer.detail),
                "remedy": .string(orNull: layer.remedy),
            ]
        }
        return [
            "level": .string(result.isolation.level.rawValue), "profile": .string(result.isolation.profile.rawValue),
            "layers": .array(layers),
            "limits": .array(result.isolation.limits.map(heldLimit)),
        ]
    }

    private func heldLimit(_ limit: IsolationReport.HeldLimit) -> JSONValue {
        let holders = limit.holders.map { holder -> JSONValue in
            ["mechanism": .string(holder.mechanism.rawValue), "detail": .string(holder.detail)]
        }
        return ["limit": .string(limit.name), "value": .string(limit.value), "held_by": .array(holders)]
    }

    private var usage: JSONValue {
        let usage = result.usage
        let refused = usage.refusedCalls.sorted { $0.name < $1.name }.map { ($0.name, JSONValue.int($0.count)) }
        return [
            "wall_ms": milliseconds(usage.wall), "script_wall_ms": milliseconds(usage.scriptWall),
            "broker_wait_ms": milliseconds(usage.brokerWait), "user_cpu_ms": milliseconds(usage.userCPU),
            "system_cpu_ms": milliseconds(usage.systemCPU), "peak_resident_bytes": .int(usage.peakResidentBytes),
            "minor_page_faults": .int(usage.minorPageFaults), "major_page_faults": .int(usage.majorPageFaults),
            "calls": .int(usage.calls), "rows": .int(usage.rows), "request_bytes": .int(usage.requestBytes),
            "reply_bytes": .int(usage.replyBytes),
            "output_bytes": .int(result.standardOutput.bytes.count &+ result.standardError.bytes.count),
            "output_cut": .bool(result.standardOutput.isCut || result.standardError.isCut),
            "refused_syscalls": .object(JSONObject(refused)),
        ]
    }

    private func refusal(_ call: RefusedCall) -> JSONValue {
        [
            "syscall": .string(call.name), "count": .int(call.count), "lines": .array(call.lines.map { .int($0) }),
            "family": .string(call.family.rawValue), "message": .string(call.sentence),
        ]
    }

    private func output(_ output: RunOutput) -> JSONValue {
        switch output {
        case .table(let title, let table):
            return titled("table", title, table.jsonObject)
        case .chart(let chart):
            return titled(
                "chart", chart.title,
                [
                    "kind": .string(chart.kind.rawValue), "x": .string(chart.x),
                    "y": .array(chart.y.map(JSONValue.string)), "data": .object(chart.data.jsonObject),
                ])
        case .markdown(let text): return ["type": "markdown", "text": .string(text)]
        case .metric(let name, let value, let unit):
            return ["type": "metric", "name": .string(name), "value": value, "unit": .string(orNull: unit)]
        case .artifact(let artifact):
            var object: JSONObject = [
                "type": "artifact", "name": .string(artifact.name), "media_type": .string(artifact.mediaType),
                "size_bytes": .int(artifact.bytes.count),
            ]
            if let path = artifactPaths[artifact.name] {
                object["path"] = .string(path)
            } else {
                object["base64"] = .string(Base64.encoded(artifact.bytes))
            }
            return .object(object)
        }
    }

    private func titled(_ type: String, _ title: String?, _ members: JSONObject) -> JSONValue {
        var object: JSONObject = ["type": .string(type), "title": .string(orNull: title)]
        for (key, value) in members { object[key] = value }
        return .object(object)
    }

    private func log(_ line: LogLine) -> JSONValue {
        [
            "level": .string(line.level.rawValue), "message": .string(line.message),
            "time_ms": milliseconds(line.time),
        ]
    }

    private func stream(_ stream: CapturedStream) -> JSONValue {
        if let text = String(validating: stream.bytes, as: UTF8.self) {
            return ["text": .string(text), "cut": .bool(stream.isCut)]
        }
        return ["base64": .string(Base64.encoded(stream.bytes)), "cut": .bool(stream.isCut)]
    }

    private var transcript: JSONValue {
        let entries = result.transcript.map { call -> JSONValue in
            [
                "method": .string(call.method), "query": .string(orNull: call.query),
                "values_digest": text(call.valuesDigest), "rows": .int(call.rows),
                "reply_bytes": .int(call.replyBytes), "time_ms": milliseconds(call.time),
                "cache_age_ms": milliseconds(call.cacheAge), "verdict": .string(call.verdict),
            ]
        }
        let total = { (value: (CallRecord) -> Int) in result.transcript.reduce(0) { $0 &+ value($1) } }
        return [
            "calls": .int(entries.count), "rows": .int(total(\.rows)), "reply_bytes": .int(total(\.replyBytes)),
            "entries": .array(entries),
        ]
    }
}

extension JSONValue {
    static func string(orNull text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
}
