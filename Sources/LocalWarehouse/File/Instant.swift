internal import AirlockCore
internal import Glibc

/// Points in time as the warehouse keeps them: microseconds since 1970-01-01T00:00:00Z.
package enum Instant {
    static let perSecond: Int64 = 1_000_000
    static let perDay: Int64 = 86_400 * 1_000_000

    /// 1900-01-01 to the end of 2299: the range of ClickHouse's DateTime64, and so PostHog's.
    static let range: ClosedRange<Int64> =
        CivilDate(year: 1900, month: 1, day: 1).days * perDay...CivilDate(year: 2300, month: 1, day: 1).days * perDay
        - 1

    package static func systemNow() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000
    }

    /// Reads ISO 8601 and Unix times as imports do; `nil` for anything else.
    package static func read(_ text: String) -> Int64? { TimestampReader.read(text) }

    /// `2026-01-01T00:00:00.000000Z`
    package static func text(_ instant: Int64) -> String {
        var bytes: [UInt8] = []
        appendText(instant, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func appendText(_ instant: Int64, to bytes: inout [UInt8]) {
        let days = floorDivide(instant, perDay)
        let date = CivilDate(days: days)
        let rest = instant - days * perDay
        append(date.year, digits: 4, to: &bytes)
        append(date.month, digits: 2, after: "-", to: &bytes)
        append(date.day, digits: 2, after: "-", to: &bytes)
        append(rest / 3_600_000_000, digits: 2, after: "T", to: &bytes)
        append(rest / 60_000_000 % 60, digits: 2, after: ":", to: &bytes)
        append(rest / 1_000_000 % 60, digits: 2, after: ":", to: &bytes)
        append(rest % 1_000_000, digits: 6, after: ".", to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    private static func append(
        _ value: Int64, digits: Int, after separator: Unicode.Scalar? = nil, to bytes: inout [UInt8]
    ) {
        if let separator { bytes.append(UInt8(ascii: separator)) }
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(truncatingIfNeeded: 0x30 + value / divisor % 10))
            divisor /= 10
        }
    }
}
