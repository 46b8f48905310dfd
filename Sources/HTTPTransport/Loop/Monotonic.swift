import Glibc

/// Times on the kernel's monotonic clock (clock_gettime(2), CLOCK_MONOTONIC), in nanoseconds.
enum Monotonic {
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// `duration` from `start`; what overflows is never.
    static func deadline(_ duration: Duration, from start: UInt64) -> UInt64 {
        let (sum, overflows) = start.addingReportingOverflow(nanoseconds(duration))
        return overflows ? .max : sum
    }

    static func nanoseconds(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, seconds < 1 << 32 else { return seconds < 0 ? 0 : .max }
        return UInt64(seconds) * 1_000_000_000 + UInt64(max(0, attoseconds) / 1_000_000_000)
    }

    static func milliseconds(_ duration: Duration) -> Int {
        Int(clamping: min(max(1, nanoseconds(duration) / 1_000_000), UInt64(Int32.max)))
    }

    static func duration(_ nanoseconds: UInt64) -> Duration { .nanoseconds(Int64(clamping: nanoseconds)) }
}
