internal import AirlockCore

/// `sequenceMatch(pattern)(time, conditions…)` and `sequenceCount`.
enum SequenceAggregates {
    static let all: [String: AggregateBinding.Bind] = ["sequenceMatch": sequence, "sequenceCount": sequence]

    private static let sequence: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 33)
        try call.noDistinct()
        guard case .string(let text)? = call.parameters.first?.constant, call.parameters.count == 1 else {
            throw call.fail("needs a pattern as its parameter, as sequenceMatch('(?1)(?2)')(…)")
        }
        let conditions = call.arguments.count - 1
        guard let pattern = SequencePattern(text, conditions: conditions) else {
            throw call.fail(
                "cannot read its pattern",
                hint: "Patterns are made of (?1), ., .* and (?t>=60), with numbers up to that of the conditions.")
        }
        let unit: Int64
        switch call.arguments[0].type.inner {
        case .dateTime, .dateTime64: unit = ProjectCalendar.second
        case .date, .integer(_, signed: false): unit = 1
        default:
            throw call.fail(
                "needs a DateTime as its first argument, not \(call.resolver.typeName(call.arguments[0].type))")
        }
        if case .dateTime64 = call.arguments[0].type.inner {
            throw call.fail("needs a DateTime as its first argument", hint: "Write toDateTime(timestamp).")
        }
        for index in 1..<call.arguments.count { try call.number(index) }
        let counts = call.name == "sequenceCount"
        return call.aggregate(call.arguments, counts ? .uint64 : .uint8, key: "\(call.name) \(unit) \(text)") {
            SequenceMatch(pattern, unit: unit, conditions: conditions, counts: counts)
        }
    }
}

/// A pattern over a sequence of events.
struct SequencePattern: Sendable {
    enum Part: Sendable {
        /// An event for which a condition holds, from 0.
        case event(Int)
        case any
        case anyNumber
        /// Seconds since the event before.
        case time(Comparison, Int64)
    }

    enum Comparison: String, CaseIterable, Sendable {
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case equal = "=="
        case less = "<"
        case greater = ">"

        func holds(_ a: Int64, _ b: Int64) -> Bool {
            switch self {
            case .lessOrEqual: a <= b
            case .greaterOrEqual: a >= b
            case .equal: a == b
            case .less: a < b
            case .greater: a > b
            }
        }
    }

    let parts: [Part]

    /// - Returns: `nil` for text that is no pattern.
    init?(_ text: String, conditions: Int) {
        var (parts, rest): ([Part], Substring) = ([], text[...])
        while let first = rest.first {
            guard parts.count < 256 else { return nil }
            if first == "." {
                rest.removeFirst()
                if rest.first == "*" {
                    rest.removeFirst()
                    parts.append(.anyNumber)
                } else {
                    parts.append(.any)
                }
                continue
            }
            guard rest.hasPrefix("(?"), let end = rest.firstIndex(of: ")") else { return nil }
            var inside = rest.dropFirst(2).prefix(upTo: end)
            rest = rest[rest.index(after: end)...]
            if inside.first == "t" {
                inside.removeFirst()
                guard let comparison = Comparison.allCases.first(where: { inside.hasPrefix($0.rawValue) }),
                    let seconds = Int64(inside.dropFirst(comparison.rawValue.count)), seconds >= 0
                else { return nil }
                if case .event? = parts.last {} else { return nil }
                parts.append(.time(comparison, seconds))
            } else {
                guard let number = Int(inside), number >= 1, number <= conditions else { return nil }
                parts.append(.event(number - 1))
            }
        }
        guard !parts.isEmpty else { return nil }
        self.parts = parts
    }
}

/// Follows ClickHouse's AggregateFunctionSequenceMatch: events for which no condition holds are left out, the others
/// are sorted by time, and the pattern is tried with going back.
private final class SequenceMatch: Accumulator {
    private struct Event {
        let time: Int64
        let holds: UInt64
        let place: Int
    }

    private let pattern: SequencePattern
    private let unit: Int64
    private let conditions: Int
    private let counts: Bool
    private var events: [Event] = []
    private var steps = 0

    init(_ pattern: SequencePattern, unit: Int64, conditions: Int, counts: Bool) {
        (self.pattern, self.unit, self.conditions, self.counts) = (pattern, unit, conditions, counts)
    }

    func add(_ row: ArgumentRow) throws {
        guard !row.isMissing(0) else { return }
        var holds: UInt64 = 0
        for index in 0..<conditions where row.isTrue(index + 1) { holds |= 1 << UInt64(index) }
        guard holds != 0 else { return }
        events.append(Event(time: floorDivide(row.int(0), unit), holds: holds, place: events.count))
        try AggregateLimit.check(events.count, "sequenceMatch")
    }

    func result() throws -> Value {
        events.sort { ($0.time, $0.place) < ($1.time, $1.place) }
        var (place, count) = (0, Int64(0))
        while place < events.count, let end = try match(from: place) {
            count += 1
            if !counts { break }
            place = end
        }
        return .int(count)
    }

    /// Where the first match at an event or later ends. A pattern may begin anywhere, as if `.*` stood before it; a
    /// condition on time passes over events until it holds.
    private func match(from start: Int) throws -> Int? {
        var choices: [(part: Int, event: Int, base: Int)] = []
        var (part, event, base) = (-1, start, start)
        func goBack() -> Bool {
            while let last = choices.popLast() {
                (part, event, base) = (last.part, last.event + 1, last.base)
                if event < events.count { return true }
            }
            return false
        }
        while part < pattern.parts.count, event < events.count {
            steps += 1
            guard steps < 1_000_000 else {
                throw ExecutionFault("a sequence's pattern needs more than 1,000,000 steps")
            }
            switch part < 0 ? .anyNumber : pattern.parts[part] {
            case .event(let condition):
                if events[event].holds >> UInt64(condition) & 1 == 1 {
                    (part, event, base) = (part + 1, event + 1, event)
                } else if !goBack() {
                    return nil
                }
            case .any: (part, event, base) = (part + 1, event + 1, event)
            case .anyNumber:
                choices.append((part, event, base))
                (part, base) = (part + 1, event)
            case .time(let comparison, let seconds):
                if comparison.holds(events[event].time.subtractingClamped(events[base].time), seconds) {
                    choices.append((part, event, base))
                    (part, base) = (part + 1, event)
                } else if comparison == .less || comparison == .lessOrEqual {
                    guard goBack() else { return nil }
                } else {
                    event += 1
                    if event == events.count, !goBack() { return nil }
                }
            }
        }
        while part < pattern.parts.count, case .anyNumber = part < 0 ? .anyNumber : pattern.parts[part] { part += 1 }
        return part == pattern.parts.count ? event : nil
    }
}
