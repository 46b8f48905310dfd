/// What ClickHouse's types hold. Beyond it some functions give the nearest end, and others go round.
enum TimeRange {
    /// `Date`: 1970-01-01 to 2149-06-06.
    static let days: ClosedRange<Int64> = 0...65_535
    /// `DateTime`, in microseconds: 1970 to 2106-02-07 06:28:15.
    static let seconds: ClosedRange<Int64> = 0...(4_294_967_295 * 1_000_000 + 999_999)
    /// `DateTime64`, in microseconds: 1900 to 2299.
    static let microseconds: ClosedRange<Int64> = -2_208_988_800_000_000...10_413_791_999_999_999

    /// The nearest day that a `Date` holds.
    static func day(_ days: Int64) -> Value { .int(min(max(days, self.days.lowerBound), self.days.upperBound)) }

    /// The nearest moment that a `DateTime` holds.
    static func second(_ time: Int64) -> Value { .int(min(max(time, 0), 4_294_967_295 * 1_000_000)) }
}
