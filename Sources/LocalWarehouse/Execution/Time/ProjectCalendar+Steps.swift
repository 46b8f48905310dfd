internal import AirlockCore

extension ProjectCalendar {
    /// The start of the unit a moment lies in; a day for whole days and longer units.
    ///
    /// - Parameter count: units at a time, aligned as `toStartOfInterval` aligns: months and longer to the year 0,
    ///   weeks and days to 1970 (weeks to a Monday), hours to the local midnight, shorter ones to 1970.
    func start(of kind: IntervalKind, count: Int64 = 1, _ time: Int64) -> Int64 {
        let step = max(count, 1)
        let time = Self.bounded(time)
        switch kind {
        case .day:
            let days = days(time)
            return start(ofDay: days - floorModulo(days, step))
        case .week, .month, .quarter, .year: return start(ofDay: startDay(of: kind, count: step, days(time)))
        case .microsecond, .millisecond, .second, .minute, .hour:
            let size = (kind.microseconds ?? 1).multipliedClamped(by: step)
            // Hours are counted from local midnight, shorter units from 1970.
            if kind == .hour, step > 1 || !isUTC { return startOfHours(time, size, single: step == 1) }
            return time - floorModulo(time, size)
        }
    }

    /// The start of a group of hours, counted from local midnight. On a day whose clock is put forward or back the
    /// hours are those of the clock behind the change, and no group starts before it. This follows ClickHouse's
    /// DateLUTImpl.
    private func startOfHours(_ time: Int64, _ size: Int64, single: Bool) -> Int64 {
        let midnight = start(ofDay: days(time))
        let shift = (offset(at: time) - offset(at: midnight)) * Self.second
        let passed = time - midnight
        if single || shift == 0 {
            // A single hour is one of the clock at its own time.
            let local = local(time)
            return single ? time - floorModulo(local, size) : midnight + passed - floorModulo(passed, size)
        }
        var (low, high) = (midnight, time)
        while high - low > Self.second {
            let middle = low + (high - low) / 2
            if offset(at: middle) == offset(at: midnight) { low = middle } else { high = middle }
        }
        let change = floorDivide(high, Self.second) * Self.second - midnight
        let shown = passed + shift
        let rounded = shown - floorModulo(shown, size)
        return midnight + (rounded >= change ? max(rounded - shift, change) : rounded)
    }

    /// The first day of the unit that a day lies in.
    func startDay(of kind: IntervalKind, count: Int64 = 1, _ days: Int64) -> Int64 {
        let step = max(count, 1)
        let days = Self.bounded(days: days)
        switch kind {
        case .week:
            // Weeks start on Mondays, and groups of them at Monday 1970-01-05.
            let shifted = days - 4
            return shifted - floorModulo(shifted, step.multipliedClamped(by: 7)) + 4
        case .month, .quarter, .year:
            let date = CivilDate(days: days)
            let size = (kind.months ?? 1).multipliedClamped(by: step)
            if kind == .year {
                return CivilDate(year: max(date.year - floorModulo(date.year, step), 0), month: 1, day: 1).days
            }
            let months = (date.year - 1970) * 12 + date.month - 1
            let start = months - floorModulo(months, size)
            return CivilDate(year: 1970 + floorDivide(start, 12), month: floorModulo(start, 12) + 1, day: 1).days
        default: return days - floorModulo(days, step)
        }
    }

    /// The first day of the week a day lies in.
    func startOfWeek(_ days: Int64, mondayFirst: Bool) -> Int64 {
        let days = Self.bounded(days: days)
        let weekday = CivilDate.weekday(days: days)
        return days - (mondayFirst ? weekday - 1 : weekday % 7)
    }

    /// A moment some units later. Days and longer units keep the local clock, as ClickHouse does.
    func adding(_ count: Int64, _ kind: IntervalKind, to time: Int64) -> Int64 {
        let time = Self.bounded(time)
        switch kind {
        case .day, .week:
            let local = local(time)
            return moment(local: Self.bounded(local.addingClamped(count.multipliedClamped(by: kind.microseconds ?? 0))))
        case .month, .quarter, .year:
            let local = local(time)
            let days = floorDivide(local, Self.day)
            let date = CivilDate(days: days).adding(months: count.multipliedClamped(by: kind.months ?? 0))
            return moment(local: Self.bounded(days: date.days) * Self.day &+ (local - days * Self.day))
        default: return Self.bounded(time.addingClamped(count.multipliedClamped(by: kind.microseconds ?? 0)))
        }
    }

    func adding(_ count: Int64, _ kind: IntervalKind, toDay days: Int64) -> Int64 {
        switch kind {
        case .week: Self.bounded(days: days.addingClamped(count.multipliedClamped(by: 7)))
        case .month, .quarter, .year:
            CivilDate(days: days).adding(months: count.multipliedClamped(by: kind.months ?? 0)).days
        default: Self.bounded(days: days.addingClamped(count))
        }
    }

    /// How many borders of the unit lie between two moments; weeks start on Monday.
    func difference(_ kind: IntervalKind, from start: Int64, to end: Int64) -> Int64 {
        func number(_ time: Int64) -> Int64 {
            switch kind {
            case .microsecond: return time
            case .millisecond, .second: return floorDivide(time, kind.microseconds ?? 1)
            case .minute: return floorDivide(time, kind.microseconds ?? 1)
            // Where a zone is off by a part of an hour, its hours begin as they did at the beginning of 1970.
            case .hour: return floorDivide(time &+ offset(at: 0) % 3600 &* Self.second, kind.microseconds ?? 1)
            case .day: return days(time)
            case .week: return floorDivide(days(time) + 3, 7)
            case .month, .quarter, .year:
                let date = CivilDate(days: days(time))
                return floorDivide(date.year * 12 + date.month - 1, kind.months ?? 1)
            }
        }
        let (result, overflow) = number(end).subtractingReportingOverflow(number(start))
        return overflow ? 0 : result
    }

    /// How many whole units lie between two moments, towards zero.
    func age(_ kind: IntervalKind, from start: Int64, to end: Int64) -> Int64 {
        if kind == .week { return ageInWeeks(from: start, to: end) }
        if start > end { return 0 - age(kind, from: end, to: start) }
        guard kind.months != nil else {
            guard
                isUTC || kind == .hour || kind == .minute || kind == .second || kind == .millisecond
                    || kind == .microsecond
            else { return local(end).subtractingClamped(local(start)) / (kind.microseconds ?? 1) }
            return end.subtractingClamped(start) / (kind.microseconds ?? 1)
        }
        let (from, to) = (local(start), local(end))
        let (first, last) = (CivilDate(days: floorDivide(from, Self.day)), CivilDate(days: floorDivide(to, Self.day)))
        let months = (last.year * 12 + last.month) - (first.year * 12 + first.month)
        let isShort = (last.day, floorModulo(to, Self.day)) < (first.day, floorModulo(from, Self.day))
        let whole = isShort ? months - 1 : months
        return whole / (kind.months ?? 1)
    }

    /// The borders of weeks between the two, and one less where the later lies earlier in its week. ClickHouse's test
    /// for that compares the days of the week the wrong way round where the times are, and lets a later minute of the
    /// same hour count on any day; the answers are ClickHouse's.
    private func ageInWeeks(from start: Int64, to end: Int64) -> Int64 {
        let borders = difference(.week, from: start, to: end)
        let (startDay, endDay) = (CivilDate.weekday(days: days(start)), CivilDate.weekday(days: days(end)))
        let first = floorModulo(local(min(start, end)), Self.day)
        let second = floorModulo(local(max(start, end)), Self.day)
        let hour = 3600 * Self.second
        let isShort =
            startDay > endDay || (startDay == endDay && first / hour > second / hour)
            || (first / hour == second / hour && first > second)
        return isShort ? borders + (start <= end ? -1 : 1) : borders
    }
}
