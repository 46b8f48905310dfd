internal import AirlockCore
internal import Glibc

/// The time of an event: RFC 3339, with its zone.
enum EventTime {
    /// - Returns: microseconds since 1970-01-01T00:00:00Z; `nil` for what is no such time, has no zone, or does not exist.
    static func micros(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40 else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        guard bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] | 0x20 == 0x74 || bytes[10] == 0x20, bytes[13] == 0x3A,
            bytes[16] == 0x3A, let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            let date = CivilDate(validYear: year, month: month, day: day), hour < 24, minute < 60, second < 60
        else { return nil }
        var (place, micros, unit) = (19, Int64(0), Int64(100_000))
        if bytes[place] == 0x2E {
            place += 1
            let start = place
            while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
                micros += Int64(bytes[place] - 0x30) * unit
                unit /= 10
                place += 1
            }
            guard place > start else { return nil }
        }
        guard let shift = zone(bytes[place...]) else { return nil }
        let seconds = date.days * 86400 + hour * 3600 + minute * 60 + second - shift
        return seconds * 1_000_000 + micros
    }

    /// `Z`, `+02:00` or `-0500`, in seconds east of Greenwich.
    private static func zone(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard let sign = bytes.first else { return nil }
        if sign | 0x20 == 0x7A { return bytes.count == 1 ? 0 : nil }
        let digits = bytes.dropFirst().filter { $0 != 0x3A }
        let hasColon = bytes.count == 6 && bytes[bytes.startIndex + 3] == 0x3A
        guard sign == 0x2B || sign == 0x2D, digits.count == 4, bytes.count == 5 || hasColon,
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let values = digits.map { Int64($0 - 0x30) }
        let (hours, minutes) = (values[0] * 10 + values[1], values[2] * 10 + values[3])
        guard hours < 24, minutes < 60 else { return nil }
        return (sign == 0x2B ? 1 : -1) * (hours * 3600 + minutes * 60)
    }

    /// In UTC, to the millisecond: `2026-11-21T09:12:33.123Z`.
    static func text(_ unixTime: Duration) -> String {
        let (seconds, attoseconds) = unixTime.components
        var (time, parts) = (time_t(max(seconds, 0)), tm())
        guard gmtime_r(&time, &parts) != nil else { return "1970-01-01T00:00:00.000Z" }
        func padded(_ value: Int32, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        let milliseconds = Int32(max(attoseconds, 0) / 1_000_000_000_000_000)
        return "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))T"
            + "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
            + ".\(padded(milliseconds, 3))Z"
    }
}
