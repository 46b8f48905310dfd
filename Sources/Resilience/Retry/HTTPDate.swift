internal import AirlockCore

/// The three forms of a date in HTTP (RFC 9110 §5.6.7). All are UTC.
enum HTTPDate {
    /// - Parameters:
    ///   - bytes: the date's text.
    ///   - presentYear: what the two-digit year of the second form is held against.
    /// - Returns: seconds since 1970-01-01T00:00:00Z; `nil` for anything that is no date. A weekday that does not fit
    ///   the date is let pass: the date alone says when.
    static func parse(_ bytes: [UInt8], presentYear: Int) -> Int64? {
        var reader = Reader(rest: bytes[...])
        guard let weekday = reader.letters() else { return nil }
        if reader.take(", ") {
            if longWeekdays.contains(weekday) { return rfc850(&reader, presentYear: presentYear) }
            return weekdays.contains(weekday) ? imfFixdate(&reader) : nil
        }
        guard weekdays.contains(weekday), reader.take(" ") else { return nil }
        return asctime(&reader)
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    private static func imfFixdate(_ reader: inout Reader) -> Int64? {
        guard let day = reader.number(2), reader.take(" "), let month = reader.month(), reader.take(" "),
            let year = reader.number(4), reader.take(" "), let time = reader.time(), reader.take(" GMT"), reader.isAtEnd
        else { return nil }
        return seconds(year: year, month: month, day: day, time: time)
    }

    /// `Sunday, 06-Nov-94 08:49:37 GMT`
    private static func rfc850(_ reader: inout Reader, presentYear: Int) -> Int64? {
        guard let day = reader.number(2), reader.take("-"), let month = reader.month(), reader.take("-"),
            let short = reader.number(2), reader.take(" "), let time = reader.time(), reader.take(" GMT"),
            reader.isAtEnd
        else { return nil }
        // No date is more than 50 years ahead: what seems so is the most recent past one with these digits.
        let latest = presentYear + 50
        let year = latest - (latest - short) % 100
        return seconds(year: year, month: month, day: day, time: time)
    }

    /// `Sun Nov  6 08:49:37 1994`
    private static func asctime(_ reader: inout Reader) -> Int64? {
        guard let month = reader.month(), reader.take(" "),
            let day = reader.take(" ") ? reader.number(1) : reader.number(2),
            reader.take(" "), let time = reader.time(), reader.take(" "), let year = reader.number(4), reader.isAtEnd
        else { return nil }
        return seconds(year: year, month: month, day: day, time: time)
    }

    private static func seconds(year: Int, month: Int, day: Int, time: Int) -> Int64? {
        guard year >= 1, let date = CivilDate(validYear: Int64(year), month: Int64(month), day: Int64(day)) else {
            return nil
        }
        return date.days * 86400 + Int64(time)
    }

    private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map { Array($0.utf8) }
    private static let longWeekdays = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ].map { Array($0.utf8) }
    fileprivate static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ].map { Array($0.utf8) }
}

/// Takes the pieces of a date off its front.
private struct Reader {
    var rest: ArraySlice<UInt8>

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ text: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard rest.starts(with: wanted) else { return false }
        rest = rest.dropFirst(wanted.count)
        return true
    }

    mutating func letters() -> [UInt8]? {
        let word = rest.prefix { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
        rest = rest.dropFirst(word.count)
        return word.isEmpty ? nil : Array(word)
    }

    /// Exactly `count` digits.
    mutating func number(_ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// From 1.
    mutating func month() -> Int? {
        guard let word = letters(), let index = HTTPDate.months.firstIndex(of: word) else { return nil }
        return index + 1
    }

    /// `08:49:37`, in seconds; a leap second counts as the next minute's first.
    mutating func time() -> Int? {
        guard let hour = number(2), take(":"), let minute = number(2), take(":"), let second = number(2),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }
}
