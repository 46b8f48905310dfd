internal import AirlockCore

/// A rule between two variables: `after = "start"` on `end`.
public struct OrderRule: Sendable, Hashable {
    public enum Relation: String, Sendable, Hashable, CaseIterable {
        case after, before
        case notBefore = "not_before"
        case notAfter = "not_after"
    }

    public let relation: Relation
    /// The name of the other variable.
    public let other: String
}

extension OrderRule.Relation {
    /// `must be after`, `must not be before` …
    var phrase: String {
        switch self {
        case .after: "must be after"
        case .before: "must be before"
        case .notBefore: "must not be before"
        case .notAfter: "must not be after"
        }
    }

    /// Whether `left relation right` holds.
    func holds(_ left: OrderKey, _ right: OrderKey) -> Bool {
        switch self {
        case .after: right < left
        case .before: left < right
        case .notBefore: !(left < right)
        case .notAfter: !(right < left)
        }
    }
}

/// What makes two variables' values comparable: they must be of one kind.
enum OrderKind: String {
    case number, text
    case date, dateTime = "date-time", time

    /// The kind of a declaration's values; `nil` for those without an order.
    init?(of schema: JSONValue) {
        let types = Set(VariableDeclaration.types(of: schema).filter { $0 != "null" })
        if !types.isEmpty, types.isSubset(of: ["integer", "number"]) {
            self = .number
        } else if types == ["string"] {
            switch schema["format"]?.stringValue {
            case "date": self = .date
            case "date-time": self = .dateTime
            case "time": self = .time
            case nil: self = .text
            default: return nil
            }
        } else {
            return nil
        }
    }
}

/// A value's place in the order of its kind.
enum OrderKey: Comparable {
    case number(JSONNumber)
    /// Seconds, then the digits of the fraction.
    case moment(seconds: Int, fraction: String)
    case text(String)

    /// - Returns: `nil` for a value that is not of this kind; its schema has said so already.
    init?(_ value: JSONValue, _ kind: OrderKind) {
        switch (kind, value) {
        case (.number, .number(let number)): self = .number(number)
        case (.text, .string(let text)): self = .text(text)
        case (.date, .string(let text)):
            guard let days = Moment.days(text.utf8[...]) else { return nil }
            self = .moment(seconds: days * 86400, fraction: "")
        case (.time, .string(let text)):
            guard let moment = Moment.time(text.utf8[...]) else { return nil }
            self = .moment(seconds: moment.seconds, fraction: moment.fraction)
        case (.dateTime, .string(let text)):
            let parts = text.utf8.split(maxSplits: 1) { $0 | 0x20 == 0x74 }
            guard parts.count == 2, let days = Moment.days(parts[0]), let time = Moment.time(parts[1]) else {
                return nil
            }
            self = .moment(seconds: days * 86400 + time.seconds, fraction: time.fraction)
        default: return nil
        }
    }

    static func < (left: OrderKey, right: OrderKey) -> Bool {
        switch (left, right) {
        case (.number(let a), .number(let b)): a < b
        case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        // Fractions without trailing zeros compare as text.
        case (.moment(let a, let first), .moment(let b, let second)): a != b ? a < b : first < second
        default: false
        }
    }
}

/// The parts of an RFC 3339 date-time, enough to compare.
private enum Moment {
    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    static func days(_ text: Substring.UTF8View) -> Int? {
        let parts = text.split(separator: 0x2D, omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], 4), let month = number(parts[1], 2),
            let day = number(parts[2], 2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        return Int(CivilDate(year: Int64(year), month: Int64(month), day: Int64(day)).days)
    }

    /// Seconds of the day at UTC, where an offset is given.
    static func time(_ text: Substring.UTF8View) -> (seconds: Int, fraction: String)? {
        let clock = text.prefix { (0x30...0x3A).contains($0) }
        let parts = clock.split(separator: 0x3A, omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = number(parts[0], 2), let minute = number(parts[1], 2),
            let second = number(parts[2], 2)
        else { return nil }
        var rest = text.dropFirst(clock.count)
        var fraction = ""
        if rest.first == 0x2E {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            rest = rest.dropFirst(digits.count + 1)
            fraction = String(decoding: digits, as: UTF8.self)
            while fraction.utf8.last == 0x30 { fraction.removeLast() }
        }
        var seconds = hour * 3600 + minute * 60 + second
        if let sign = rest.first, sign == 0x2B || sign == 0x2D {
            let offset = rest.dropFirst().split(separator: 0x3A)
            guard offset.count == 2, let hours = number(offset[0], 2), let minutes = number(offset[1], 2) else {
                return nil
            }
            seconds -= (sign == 0x2B ? 1 : -1) * (hours * 3600 + minutes * 60)
        }
        return (seconds, fraction)
    }

    private static func number(_ digits: Substring.UTF8View, _ count: Int) -> Int? {
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
