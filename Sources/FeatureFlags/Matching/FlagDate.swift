internal import AirlockCore

/// Dates of filters and of properties, in microseconds since 1970 UTC.
enum FlagDate {
    static let day: Int64 = 86_400_000_000

    /// A filter's date: `-7d` and the like before `now`, or ISO 8601.
    static func filter(_ text: String, now: Int64) -> Int64? { relative(text, now: now) ?? instant(text, now: now) }

    /// `-?N` and one of h, d, w, m, y, with N below 10,000.
    static func relative(_ text: String, now: Int64) -> Int64? {
        let rest = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let unit = rest.last, let number = digits(rest.dropLast()), number < 10_000 else { return nil }
        let count = Int64(number)
        switch unit {
        case "h": return now - count * 3_600_000_000
        case "d": return now - count * day
        case "w": return now - count * 7 * day
        case "m": return before(now, months: number)
        case "y": return before(now, years: number)
        default: return nil
        }
    }

    /// ISO 8601, with what PostHog's SDKs take beside it: a space before the offset, ` UTC`, and a year alone.
    static func instant(_ text: String, now: Int64) -> Int64? {
        var rest = trimmed(text)
        var offset: Int64 = 0
        if rest.hasSuffix("Z") || rest.hasSuffix("z") {
            rest = rest.dropLast()
        } else if rest.uppercased().hasSuffix(" UTC") {
            rest = rest.dropLast(4)
        } else if let year = digits(rest), rest.utf8.count == 4 {
            let (_, month, dayOfMonth) = civil(now / day)
            return micros(year, month, dayOfMonth)
        } else if let found = zone(rest) {
            (rest, offset) = found
        }
        guard let (date, length) = self.date(rest) else { return nil }
        let time = rest.dropFirst(length)
        if time.isEmpty { return date - offset }
        // Any one character may stand between date and time.
        guard let clock = self.clock(time.dropFirst()) else { return nil }
        return date + clock - offset
    }

    private static func trimmed(_ text: String) -> Substring {
        var rest = text[...]
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest.drop { $0.isWhitespace }
    }

    /// An offset such as `+02:00` or `-0530` at the end; the date's own dashes are none.
    private static func zone(_ text: Substring) -> (Substring, Int64)? {
        guard text.utf8.count > 11, let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }),
            text.distance(from: text.startIndex, to: sign) > 9
        else { return nil }
        let fields = text[text.index(after: sign)...].filter { $0 != ":" }
        guard fields.utf8.count == 2 || fields.utf8.count == 4, let hours = digits(fields.prefix(2)), hours < 24 else {
            return nil
        }
        let minutes = fields.utf8.count == 4 ? digits(fields.dropFirst(2)) : 0
        guard let minutes, minutes < 60 else { return nil }
        var rest = text[..<sign]
        if rest.hasSuffix(" ") { rest.removeLast() }
        return (rest, Int64(hours * 60 + minutes) * 60_000_000 * (text[sign] == "-" ? -1 : 1))
    }

    private static func date(_ text: Substring) -> (Int64, length: Int)? {
        let isExtended = text.dropFirst(4).first == "-"
        let size = isExtended ? 10 : 8
        let head = text.prefix(size)
        guard head.utf8.count == size, let year = digits(head.prefix(4)) else { return nil }
        if isExtended, head.dropFirst(7).first != "-" { return nil }
        let month = isExtended ? head.dropFirst(5).prefix(2) : head.dropFirst(4).prefix(2)
        guard let month = digits(month), let dayOfMonth = digits(head.suffix(2)), (1...12).contains(month), year > 0,
            dayOfMonth >= 1, dayOfMonth <= length(ofMonth: month, year)
        else { return nil }
        return (micros(year, month, dayOfMonth), size)
    }

    /// `hh`, `hh:mm`, `hh:mm:ss` and a fraction, with colons or without.
    private static func clock(_ text: Substring) -> Int64? {
        let parts = text.split(whereSeparator: { $0 == "." || $0 == "," })
        guard let whole = parts.first, parts.count <= 2, !text.hasSuffix("."), !text.hasSuffix(",") else { return nil }
        let figures = whole.filter { $0 != ":" }
        guard [2, 4, 6].contains(figures.utf8.count), parts.count == 1 || figures.utf8.count == 6 else { return nil }
        var seconds: Int64 = 0
        for (index, limit) in [24, 60, 60].enumerated() {
            let pair = figures.dropFirst(index * 2).prefix(2)
            guard let value = pair.isEmpty ? 0 : digits(pair), value < limit else { return nil }
            seconds = seconds * 60 + Int64(value)
        }
        var micros: Int64 = 0
        if parts.count == 2 {
            guard digits(parts[1].prefix(6)) != nil, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            let six = String(parts[1].prefix(6))
            micros = Int64(six + String(repeating: "0", count: 6 - six.utf8.count)) ?? 0
        }
        return seconds * 1_000_000 + micros
    }

    private static func digits(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}

// MARK: - The calendar

extension FlagDate {
    /// Month by month, the day cut to each month's length on the way: two months before 31 March is 28 January.
    private static func before(_ now: Int64, months: Int) -> Int64? {
        let (days, rest) = floored(now)
        var (year, month, dayOfMonth) = civil(days)
        for _ in 0..<months {
            (year, month) = month == 1 ? (year - 1, 12) : (year, month - 1)
            dayOfMonth = min(dayOfMonth, length(ofMonth: month, year))
        }
        return year >= 1 ? micros(year, month, dayOfMonth) + rest : nil
    }

    private static func before(_ now: Int64, years: Int) -> Int64? {
        let (days, rest) = floored(now)
        let (year, month, dayOfMonth) = civil(days)
        guard year - years >= 1 else { return nil }
        let cut = years > 0 && month == 2 ? min(dayOfMonth, 28) : dayOfMonth
        return micros(year - years, month, cut) + rest
    }

    private static func floored(_ now: Int64) -> (days: Int64, rest: Int64) {
        let days = now >= 0 ? now / day : (now - day + 1) / day
        return (days, now - days * day)
    }

    private static func length(ofMonth month: Int, _ year: Int) -> Int {
        Int(CivilDate.length(ofMonth: Int64(month), year: Int64(year)))
    }

    private static func micros(_ year: Int, _ month: Int, _ dayOfMonth: Int) -> Int64 {
        CivilDate(year: Int64(year), month: Int64(month), day: Int64(dayOfMonth)).days * day
    }

    private static func civil(_ days: Int64) -> (Int, Int, Int) {
        let date = CivilDate(days: days)
        return (Int(date.year), Int(date.month), Int(date.day))
    }
}
