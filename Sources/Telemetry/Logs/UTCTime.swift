internal import Glibc

/// A moment as RFC 3339 has it, in UTC, to the millisecond.
enum UTCTime {
    /// - Parameter unixTime: since 1970-01-01T00:00:00Z.
    /// - Returns: `2026-11-21T09:12:33.123Z`.
    static func text(_ unixTime: Duration) -> String {
        let (seconds, attoseconds) = unixTime.components
        var (time, parts) = (time_t(seconds), tm())
        // It fails for years that do not fit an Int32: nobody's clock says that.
        guard seconds >= 0, gmtime_r(&time, &parts) != nil else { return "1970-01-01T00:00:00.000Z" }
        let milliseconds = Int(max(attoseconds, 0) / 1_000_000_000_000_000)
        let date = "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))"
        let clock = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
        return "\(date)-\(padded(Int(parts.tm_mday), 2))T\(clock).\(padded(milliseconds, 3))Z"
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// `CLOCK_REALTIME`.
    static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
