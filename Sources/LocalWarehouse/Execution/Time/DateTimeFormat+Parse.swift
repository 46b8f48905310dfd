internal import AirlockCore

extension DateTimeFormat {
    /// Letters that `parseDateTime` reads; the others of `formatDateTime` are for writing only.
    private static let readable = "YymcdeHkhIliMbpRrTDFfjVGsSntz"

    /// A weekday is read only beside an ISO week: without one ClickHouse gives a date that has nothing to do with it.
    var canParse: Bool {
        let letters = parts.compactMap { part in
            if case .letter(let letter) = part { letter } else { nil as Character? }
        }
        return letters.allSatisfy { Self.readable.contains($0) || letters.contains("V") && "uwaW".contains($0) }
    }

    /// Reads the whole of a text by the format; `nil` where it does not fit. What the format leaves out is that of
    /// 1970-01-01 00:00:00.
    func time(_ text: String, calendar: ProjectCalendar) -> Int64? {
        var reader = Reader(rest: Array(text.utf8)[...])
        for part in parts {
            switch part {
            case .text(let plain): guard reader.skip(plain) else { return nil }
            case .letter(let letter): guard reader.take(letter) else { return nil }
            }
        }
        return reader.rest.isEmpty ? reader.time(calendar) : nil
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>
        private var (year, month, day): (Int64?, Int64?, Int64?) = (nil, nil, nil)
        private var (dayOfYear, isoYear, isoWeek, weekday): (Int64?, Int64?, Int64?, Int64?) = (nil, nil, nil, nil)
        private var (hour, minute, second): (Int64, Int64, Int64) = (0, 0, 0)
        private var isHalfDay = false
        private var isAfternoon: Bool?
        private var offset: Int64?

        init(rest: ArraySlice<UInt8>) { self.rest = rest }

        mutating func skip(_ text: String) -> Bool {
            guard rest.starts(with: text.utf8) else { return false }
            rest = rest.dropFirst(text.utf8.count)
            return true
        }

        private mutating func number(_ least: Int, _ most: Int, in range: ClosedRange<Int64>) -> Int64? {
            let digits = rest.prefix(most).prefix { $0 >= 0x30 && $0 <= 0x39 }
            guard digits.count >= least else { return nil }
            let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
            rest = rest.dropFirst(digits.count)
            return range.contains(value) ? value : nil
        }

        private mutating func name(_ names: [String], short: Bool) -> Int64? {
            for (index, name) in names.enumerated() {
                let wanted = Array((short ? String(name.prefix(3)) : name).lowercased().utf8)
                let found = rest.prefix(wanted.count).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
                if found == wanted {
                    rest = rest.dropFirst(wanted.count)
                    return Int64(index + 1)
                }
            }
            return nil
        }

        mutating func take(_ letter: Character) -> Bool {
            func keep(_ value: Int64?, _ place: WritableKeyPath<Reader, Int64?>) -> Bool {
                self[keyPath: place] = value
                return value != nil
            }
            func set(_ value: Int64?, _ place: WritableKeyPath<Reader, Int64>) -> Bool {
                if let value { self[keyPath: place] = value }
                return value != nil
            }
            switch letter {
            case "Y": return keep(number(4, 4, in: 1970...2106), \.year)
            case "y":
                guard let short = number(2, 2, in: 0...99) else { return false }
                year = short < 70 ? 2000 + short : 1900 + short
                return true
            case "m", "c": return keep(number(2, 2, in: 1...12), \.month)
            case "d": return keep(number(2, 2, in: 1...31), \.day)
            case "e":
                if rest.first == 0x20 { rest = rest.dropFirst() }
                return keep(number(1, 2, in: 1...31), \.day)
            case "j": return keep(number(3, 3, in: 1...366), \.dayOfYear)
            case "M": return keep(name(DateTimeFormat.monthNames, short: false), \.month)
            case "b": return keep(name(DateTimeFormat.monthNames, short: true), \.month)
            case "W": return keep(name(DateTimeFormat.dayNames, short: false), \.weekday)
            case "a": return keep(name(DateTimeFormat.dayNames, short: true), \.weekday)
            case "u": return keep(number(1, 1, in: 1...7), \.weekday)
            case "w":
                guard let day = number(1, 1, in: 0...6) else { return false }
                weekday = day == 0 ? 7 : day
                return true
            case "G": return keep(number(4, 4, in: 1970...2106), \.isoYear)
            case "V": return keep(number(2, 2, in: 1...53), \.isoWeek)
            case "H", "k": return set(number(2, 2, in: 0...23), \.hour)
            case "h", "I", "l":
                isHalfDay = true
                return set(number(letter == "l" ? 1 : 2, 2, in: 1...12), \.hour)
            case "i": return set(number(2, 2, in: 0...59), \.minute)
            case "s", "S": return set(number(2, 2, in: 0...59), \.second)
            case "f": return number(1, 6, in: 0...999_999) != nil
            case "p":
                let word = rest.prefix(2).map { $0 | 0x20 }
                guard word == Array("am".utf8) || word == Array("pm".utf8) else { return false }
                isAfternoon = word[0] == 0x70
                isHalfDay = true
                rest = rest.dropFirst(2)
                return true
            case "F": return take("Y") && skip("-") && take("m") && skip("-") && take("d")
            case "D": return take("m") && skip("/") && take("d") && skip("/") && take("y")
            case "T": return take("H") && skip(":") && take("i") && skip(":") && take("s")
            case "R": return take("H") && skip(":") && take("i")
            case "r": return take("h") && skip(":") && take("i") && skip(" ") && take("p")
            case "n": return skip("\n")
            case "t": return skip("\t")
            case "z":
                guard let sign = rest.popFirst(), sign == 0x2B || sign == 0x2D, let hours = number(2, 2, in: 0...99),
                    let minutes = number(2, 2, in: 0...59)
                else { return false }
                offset = (hours * 60 + minutes) * 60 * (sign == 0x2D ? -1 : 1)
                return true
            default: return false
            }
        }

        func time(_ calendar: ProjectCalendar) -> Int64? {
            var clock = hour
            if isHalfDay {
                if hour > 12 { return nil }
                clock = hour % 12 + (isAfternoon ?? false ? 12 : 0)
            }
            guard let days else { return nil }
            let local = days * ProjectCalendar.day + ((clock * 60 + minute) * 60 + second) * ProjectCalendar.second
            return offset.map { local - $0 * ProjectCalendar.second } ?? calendar.moment(local: local)
        }

        private var days: Int64? {
            if let isoWeek {
                let fourth = CivilDate(year: isoYear ?? 1970, month: 1, day: 4).days
                let monday = fourth - CivilDate.weekday(days: fourth) + 1
                return monday + (isoWeek - 1) * 7 + (weekday ?? 1) - 1
            }
            // A day without a year is one of 2000, which has them all.
            let year = year ?? (dayOfYear == nil && month == nil && day == nil ? 1970 : 2000)
            if let dayOfYear {
                let first = CivilDate(year: year, month: 1, day: 1)
                let length = CivilDate(year: first.year + 1, month: 1, day: 1).days - first.days
                return dayOfYear <= length ? first.days + dayOfYear - 1 : nil
            }
            return CivilDate(validYear: year, month: month ?? 1, day: day ?? 1)?.days
        }
    }
}
