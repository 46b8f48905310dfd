import AirlockCore

/// Events of a busy product over 90 days, in the order of time and in the shape of an export: people come for visits of
/// two to twelve events, ten events for each person on average.
struct BenchEvents {
    /// 2026-01-01 to 2026-03-31.
    static let days: Int64 = 90
    /// How many people are there at a time.
    private static let concurrentVisits = 64

    private struct Visit {
        var person: Int
        var session: String
        var eventsLeft: Int
    }

    private let count: Int
    private var number = 0
    private var visitCount = 0
    private var visits: [Visit] = []
    private var state: UInt64 = 0x5EED

    init(count: Int) { self.count = count }

    /// The next event as a line with its end; `nil` after the last.
    mutating func next() -> [UInt8]? {
        guard number < count else { return nil }
        let millisecond = Int64(number) * Self.days * 86_400_000 / Int64(count)
        number += 1
        let visit = nextVisit()
        let share = random() % 100
        let event =
            share < 55
            ? "$pageview"
            : share < 80
                ? "$autocapture" : share < 88 ? "login" : share < 94 ? "signup" : share < 98 ? "search" : "purchase"
        var properties: JSONObject = [
            "$browser": .string(pick(["Chrome", "Firefox", "Safari", "Edge"])),
            "$os": .string(pick(["Linux", "Windows", "macOS", "iOS", "Android"])), "$lib": "web",
            "$session_id": .string(visit.session), "country": .string(pick(["DE", "FR", "GB", "NL", "US"])),
        ]
        switch event {
        case "$pageview":
            let path = "/page/\(random() % 40)"
            properties["$current_url"] = .string("https://app.example.com\(path)")
            properties["$pathname"] = .string(path)
        case "$autocapture": properties["$event_type"] = "click"
        case "purchase":
            properties["amount"] = .double(Double(random() % 20_000) / 100)
            properties["plan"] = .string(pick(["pro", "team"]))
        default: break
        }
        let line: JSONObject = [
            "uuid": .string(uuid(random(), random())), "event": .string(event),
            "timestamp": .string(Self.time(millisecond)), "distinct_id": .string("user-\(visit.person)"),
            "properties": .object(properties),
        ]
        return JSONValue.object(line).jsonBytes + [0x0A]
    }

    private mutating func nextVisit() -> Visit {
        if visits.isEmpty { visits = (0..<Self.concurrentVisits).map { _ in begin() } }
        let place = Int(random() % UInt64(visits.count))
        visits[place].eventsLeft -= 1
        let visit = visits[place]
        if visit.eventsLeft == 0 { visits[place] = begin() }
        return visit
    }

    /// Everybody comes once before anybody comes again.
    private mutating func begin() -> Visit {
        let persons = max(1, count / 10)
        let person = visitCount < persons ? visitCount * 7919 % persons : Int(random() % UInt64(persons))
        visitCount += 1
        return Visit(person: person, session: uuid(random(), random()), eventsLeft: 2 + Int(random() % 11))
    }

    /// SplitMix64.
    private mutating func random() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    private mutating func pick(_ choices: [String]) -> String { choices[Int(random() % UInt64(choices.count))] }

    private func uuid(_ high: UInt64, _ low: UInt64) -> String {
        let digits = hex(high) + hex(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    private func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func time(_ millisecond: Int64) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        var (day, month) = (millisecond / 86_400_000, Int64(1))
        for length: Int64 in [31, 28] where day >= length && month < 3 {
            day -= length
            month += 1
        }
        let rest = millisecond % 86_400_000
        let fraction = String(1000 + rest % 1000).dropFirst()
        return "2026-\(two(month))-\(two(day + 1))T"
            + "\(two(rest / 3_600_000)):\(two(rest / 60_000 % 60)):\(two(rest / 1000 % 60)).\(fraction)Z"
    }
}
