/// Dates and times by RFC 3339 §5.6.
extension BuiltInFormats {
    static func isDate(_ text: String) -> Bool {
        var reader = ASCIIReader(text)
        return readDate(&reader) && reader.isAtEnd
    }

    static func isTime(_ text: String) -> Bool {
        var reader = ASCIIReader(text)
        return readTime(&reader) && reader.isAtEnd
    }

    static func isDateTime(_ text: String) -> Bool {
        var reader = ASCIIReader(text)
        return readDate(&reader) && reader.take { $0 | 0x20 == 0x74 } && readTime(&reader) && reader.isAtEnd
    }

    private static func readDate(_ reader: inout ASCIIReader) -> Bool {
        guard let year = reader.number(digits: 4), reader.take(0x2D), let month = reader.number(digits: 2),
            reader.take(0x2D), let day = reader.number(digits: 2), (1...12).contains(month)
        else { return false }
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }

    private static func readTime(_ reader: inout ASCIIReader) -> Bool {
        guard let hour = reader.number(digits: 2), reader.take(0x3A), let minute = reader.number(digits: 2),
            reader.take(0x3A), let second = reader.number(digits: 2), hour < 24, minute < 60, second <= 60
        else { return false }
        if reader.take(0x2E), !reader.skipDigits() { return false }
        guard let offset = readOffset(&reader) else { return false }
        // A leap second comes at the end of a day of UTC only.
        let minuteOfDay = (hour * 60 + minute - offset + 2880) % 1440
        return second < 60 || minuteOfDay == 1439
    }

    /// In minutes.
    private static func readOffset(_ reader: inout ASCIIReader) -> Int? {
        if reader.take(where: { $0 | 0x20 == 0x7A }) { return 0 }
        let isNegative = reader.next == 0x2D
        guard reader.take(where: { $0 == 0x2B || $0 == 0x2D }), let hours = reader.number(digits: 2),
            reader.take(0x3A), let minutes = reader.number(digits: 2), hours < 24, minutes < 60
        else { return nil }
        return (isNegative ? -1 : 1) * (hours * 60 + minutes)
    }

    /// RFC 3339 appendix A: units follow each other without a gap, so `P1Y2D` is not one, and weeks stand alone.
    static func isDuration(_ text: String) -> Bool {
        var reader = ASCIIReader(text)
        guard reader.take(0x50) else { return false }
        if reader.bytes.last == 0x57 { return reader.skipDigits() && reader.take(0x57) && reader.isAtEnd }
        guard let dates = readUnits("YMD", &reader) else { return false }
        if reader.isAtEnd { return dates > 0 }
        guard reader.take(0x54), let times = readUnits("HMS", &reader) else { return false }
        return times > 0 && reader.isAtEnd
    }

    /// Numbers, each with its unit, the units following each other as in `order`.
    ///
    /// - Returns: how many there are; `nil` after a number with another unit.
    private static func readUnits(_ order: String, _ reader: inout ASCIIReader) -> Int? {
        var allowed = Array(order.utf8)
        var count = 0
        while reader.skipDigits() {
            guard let unit = reader.next, let place = allowed.firstIndex(of: unit), count == 0 || place == 0 else {
                return nil
            }
            reader.index += 1
            allowed.removeFirst(place + 1)
            count += 1
        }
        return count
    }
}
