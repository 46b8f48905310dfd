internal import AirlockCore
internal import Foundation

/// Days, weeks and months as the project's time zone sees them. Times are microseconds since 1970-01-01 UTC.
struct ProjectCalendar: Sendable, Hashable {
    static let second: Int64 = 1_000_000
    static let day: Int64 = 86_400_000_000
    static let utc = ProjectCalendar(zone: nil)

    /// `nil` is UTC, which needs no table of offsets.
    private let zone: OffsetTable?

    private init(zone: TimeZone?) { self.zone = zone.map(OffsetTable.init) }

    /// - Returns: `nil` for a name the system's time zone database does not have.
    init?(timeZone name: String) {
        if ["UTC", "GMT", "Etc/UTC", "Etc/GMT", "Z"].contains(name) {
            self = .utc
            return
        }
        guard let zone = TimeZone(identifier: name) else { return nil }
        self.zone = OffsetTable(zone)
    }

    var isUTC: Bool { zone == nil }

    /// Seconds east of UTC at a moment.
    func offset(at time: Int64) -> Int64 {
        zone?.offset(at: time) ?? 0
    }

    /// Times beyond ± 270,000 years are pulled in, so that steps of days around them cannot overflow.
    static func bounded(_ time: Int64) -> Int64 {
        min(max(time, -8_600_000_000_000_000_000), 8_600_000_000_000_000_000)
    }

    /// The same for days.
    static func bounded(days: Int64) -> Int64 { min(max(days, -99_000_000), 99_000_000) }

    /// What a wall clock shows, as if it were UTC.
    func local(_ time: Int64) -> Int64 { Self.bounded(time) &+ offset(at: time) &* Self.second }

    /// The moment a wall clock shows `local`; the earlier one where it shows it twice, and what follows the gap where
    /// it never does.
    func moment(local: Int64) -> Int64 {
        guard zone != nil else { return local }
        let early = offset(at: local &- Self.day)
        let late = offset(at: local &+ Self.day)
        for offset in [max(early, late), min(early, late)] {
            let time = local &- offset &* Self.second
            if self.offset(at: time) == offset { return time }
        }
        return local &- early &* Self.second
    }

    /// The local day of a moment, in days since 1970-01-01.
    func days(_ time: Int64) -> Int64 { floorDivide(local(time), Self.day) }

    /// The moment a local day starts.
    func start(ofDay days: Int64) -> Int64 { moment(local: Self.bounded(days: days) * Self.day) }

    /// `2024-01-31T12:00:00Z`, `2024-01-31T14:00:00.500000+02:00`: how PostHog's JSON writes a time.
    func isoText(_ time: Int64) -> String {
        let local = local(time)
        var text = CivilDate(days: floorDivide(local, Self.day)).text + "T" + clockText(local)
        let fraction = floorModulo(local, Self.second)
        if fraction != 0 { text += "." + padded(fraction, 6) }
        guard zone != nil else { return text + "Z" }
        let minutes = offset(at: time) / 60
        return text + (minutes < 0 ? "-" : "+") + padded(Int64((minutes / 60).magnitude), 2) + ":"
            + padded(Int64((minutes % 60).magnitude), 2)
    }

    /// `2024-01-31 12:00:00`, with so many digits behind the point, at most six.
    func text(_ time: Int64, digits: Int) -> String {
        let local = local(time)
        let text = CivilDate(days: floorDivide(local, Self.day)).text + " " + clockText(local)
        return digits > 0 ? text + "." + padded(floorModulo(local, Self.second), 6).prefix(digits) : text
    }

    private func clockText(_ local: Int64) -> String {
        let seconds = floorModulo(floorDivide(local, Self.second), 86_400)
        return "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    }
}

extension Int64 {
    func multipliedClamped(by other: Int64) -> Int64 {
        let (result, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : result
    }

    func subtractingClamped(_ other: Int64) -> Int64 {
        let (result, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : result
    }

    func addingClamped(_ other: Int64) -> Int64 {
        let (result, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : result
    }
}
