internal import AirlockCore

/// Reads a fault script and gathers what is wrong with it.
struct FaultReader {
    private(set) var problems: [Problem] = []

    private static let ruleMembers: Set<String> = [
        "name", "method", "path", "calls", "share", "fault", "retry_after", "reply", "handled", "delay", "slow",
        "truncate", "reset", "close", "oversize", "redirect", "next_origin", "drop",
    ]

    mutating func script(_ value: JSONValue) -> FaultScript {
        var script = FaultScript()
        let rules: [JSONValue]
        if let list = value.arrayValue {
            rules = list
        } else if let members = value.objectValue {
            for name in members.keys where !["seed", "rules", "tls"].contains(name) {
                report("unknown_member", "there is no '\(name)' in a script", "/\(name)", ["seed", "rules", "tls"])
            }
            if let seed = members["seed"] {
                if let number = seed.intValue, number >= 0 {
                    script.seed = UInt64(number)
                } else {
                    report("seed", "a seed is a whole number from 0 on", "/seed")
                }
            }
            if let tls = members["tls"] {
                if let fault = tls.stringValue.flatMap(TLSFault.init(rawValue:)) {
                    script.tls = fault
                } else {
                    report("tls", "no such way to fail", "/tls", TLSFault.allCases.map { .string($0.rawValue) })
                }
            }
            rules = members["rules"]?.arrayValue ?? []
            if members["rules"]?.arrayValue == nil, members["rules"] != nil {
                report("rules", "rules are a list", "/rules")
            }
        } else {
            report("script", "a script is an object with rules, or a list of rules", "")
            rules = []
        }
        for (index, rule) in rules.enumerated() {
            if let rule = self.rule(rule, "/rules/\(index)") { script.rules.append(rule) }
        }
        return script
    }

    private mutating func rule(_ value: JSONValue, _ place: String) -> FaultRule? {
        guard let members = value.objectValue else {
            report("rule", "a rule is an object", place)
            return nil
        }
        for name in members.keys where !Self.ruleMembers.contains(name) {
            let near = nearestName(to: name, in: Self.ruleMembers)
            problems.append(
                Problem(
                    "unknown_member", "there is no '\(name)' in a rule", pointer: "\(place)/\(name)",
                    allowed: .array(Self.ruleMembers.sorted().map(JSONValue.string)),
                    suggested: near.map(JSONValue.string)))
        }
        var fault = named(members, place)
        readReply(members, place, &fault)
        readWire(members, place, &fault)
        if let handled = members["handled"] {
            if let truth = handled.boolValue {
                fault.isHandled = truth
            } else {
                report("handled", "'handled' is true or false", "\(place)/handled")
            }
        }
        var rule = FaultRule(fault: fault)
        if let path = text(members, "path", place) { rule.path = path }
        rule.method = text(members, "method", place)?.uppercased()
        if let share = members["share"] {
            if let number = share.doubleValue, (0...1).contains(number) {
                rule.share = number
            } else {
                report("share", "a share lies between 0 and 1", "\(place)/share")
            }
        }
        if let calls = members["calls"] { rule.calls = self.calls(calls, "\(place)/calls") }
        return rule
    }

    private mutating func named(_ members: JSONObject, _ place: String) -> Fault {
        guard let value = members["fault"] else { return Fault() }
        guard let name = value.stringValue.flatMap(NamedFault.init(rawValue:)) else {
            let names = NamedFault.allCases.map(\.rawValue)
            problems.append(
                Problem(
                    "fault", "there is no such fault", pointer: "\(place)/fault",
                    allowed: .array(names.map(JSONValue.string)),
                    suggested: value.stringValue.flatMap { nearestName(to: $0, in: names) }.map(JSONValue.string)))
            return Fault()
        }
        return name.fault(retryAfter: number(members, "retry_after", place, 0...86_400) ?? 1)
    }

    private mutating func readReply(_ members: JSONObject, _ place: String, _ fault: inout Fault) {
        if let reply = members["reply"] {
            let status = reply["status"]?.intValue ?? 200
            guard reply.objectValue != nil, (200...599).contains(status) else {
                report("reply", "a reply is an object with a status from 200 to 599", "\(place)/reply")
                return
            }
            var made = FaultReply(status: status)
            for (name, value) in reply["headers"]?.objectValue ?? JSONObject() {
                made.headers[name] = value.stringValue ?? value.json
            }
            if let text = reply["text"]?.stringValue {
                made.body = Array(text.utf8)
                if made.headers["Content-Type"] == nil { made.headers["Content-Type"] = "text/plain; charset=utf-8" }
            } else if let json = reply["json"] {
                made.body = json.jsonBytes
                if made.headers["Content-Type"] == nil { made.headers["Content-Type"] = "application/json" }
            }
            fault.reply = made
        }
        if let address = text(members, "redirect", place) {
            fault.reply = FaultReply(status: 302, headers: ["Location": address])
        }
        if members["drop"]?.boolValue == true { fault.reply = NamedFault.drop.fault(retryAfter: 0).reply }
        if let origin = text(members, "next_origin", place) { fault.nextOrigin = origin }
    }

    private mutating func readWire(_ members: JSONObject, _ place: String, _ fault: inout Fault) {
        if let text = text(members, "delay", place) {
            if let delay = Duration(text: text), delay <= .seconds(3600) {
                fault.wire.delay = delay
            } else {
                report("delay", "a delay is a duration such as 500ms or 2s, at most 1h", "\(place)/delay")
            }
        }
        if let speed = number(members, "slow", place, 1...1 << 30) { fault.wire.bytesPerSecond = speed }
        if let size = number(members, "oversize", place, 1...1 << 40) { fault.wire.paddingBytes = size }
        if let count = number(members, "truncate", place, 0...1 << 40) {
            fault.wire.ending = .close(afterBodyBytes: count)
        }
        if members["reset"]?.boolValue == true {
            fault.wire.ending = .resetBeforeHead
        } else if let count = number(members, "reset", place, 0...1 << 40) {
            fault.wire.ending = .reset(afterBodyBytes: count)
        }
        if let close = members["close"] {
            if close.boolValue == true {
                fault.wire.ending = .closeBeforeHead
            } else {
                report("close", "'close' is true", "\(place)/close")
            }
        }
    }

    private mutating func calls(_ value: JSONValue, _ place: String) -> FaultRule.Calls {
        if let number = value.intValue, number >= 1 { return .numbers([number]) }
        if let list = value.arrayValue {
            let numbers = list.compactMap(\.intValue).filter { $0 >= 1 }
            if numbers.count == list.count { return .numbers(Set(numbers)) }
        }
        if let members = value.objectValue, members.keys.allSatisfy({ ["from", "to", "every"].contains($0) }) {
            let from = members["from"]?.intValue ?? 1
            let to = members["to"]?.intValue ?? Int.max
            let every = members["every"]?.intValue ?? 1
            if from >= 1, to >= from, every >= 1 { return .range(from: from, to: to, every: every) }
        }
        report(
            "calls", "calls are a number from 1 on, a list of them, or {\"from\": 2, \"to\": 9, \"every\": 3}", place)
        return .all
    }

    private mutating func text(_ members: JSONObject, _ name: String, _ place: String) -> String? {
        guard let value = members[name] else { return nil }
        if let text = value.stringValue { return text }
        report(name, "'\(name)' is a text", "\(place)/\(name)")
        return nil
    }

    private mutating func number(
        _ members: JSONObject, _ name: String, _ place: String, _ range: ClosedRange<Int>
    ) -> Int? {
        guard let value = members[name], value.boolValue == nil else { return nil }
        if let number = value.intValue, range.contains(number) { return number }
        report(name, "'\(name)' is a whole number from \(range.lowerBound) to \(range.upperBound)", "\(place)/\(name)")
        return nil
    }

    private mutating func report(_ code: String, _ message: String, _ pointer: String, _ allowed: [JSONValue]? = nil) {
        problems.append(Problem(code, message, pointer: pointer, allowed: allowed.map(JSONValue.array)))
    }
}
