internal import Glibc

/// The places along an axis that carry a label.
struct Ticks {
    struct Tick: Equatable {
        var value: Double
        var label: String
    }

    /// Ascending, at least one, at most about twice the wanted number.
    let ticks: [Tick]
    /// What the axis spans: the data, widened to whole steps where the axis is numeric.
    let lower: Double
    let upper: Double

    /// Steps of 1, 2, 2.5 or 5 times a power of ten (after Heckbert, "Nice Numbers for Graph Labels", 1990).
    static func numbers(from low: Double, to high: Double, wanted: Int) -> Ticks {
        var (low, high) = (min(low, high), max(low, high))
        if high - low <= max(low.magnitude, high.magnitude) * 1e-12 {
            let margin = low == 0 ? 1 : low.magnitude / 2
            (low, high) = (low - margin, high + margin)
        }
        let step = niceStep((high - low) / Double(max(1, wanted)))
        let first = (low / step).rounded(.down)
        let last = (high / step).rounded(.up)
        let count = min(max(1, Int(exactly: last - first) ?? 1), 64)
        let (scale, unit) = NumberText.scale(for: max(low.magnitude, high.magnitude))
        let decimals = decimalPlaces(of: step / scale)
        let ticks = (0...count).map { index in
            let value = (first + Double(index)) * step
            let text = NumberText.fixed(value / scale, decimals: decimals)
            return Tick(value: value, label: value == 0 ? "0" : text + unit)
        }
        return Ticks(ticks: ticks, lower: first * step, upper: (first + Double(count)) * step)
    }

    static func niceStep(_ raw: Double) -> Double {
        guard raw.isFinite, raw > 0 else { return 1 }
        let power = pow(10, log10(raw).rounded(.down))
        guard power > 0, power.isFinite else { return raw }
        let ratio = raw / power
        // The small allowance keeps a ratio of 2.0000000001 from becoming 2.5.
        let nice = [1, 2, 2.5, 5].first { ratio <= $0 * 1.000001 } ?? 10
        return nice * power
    }

    private static func decimalPlaces(of step: Double) -> Int {
        for places in 0..<12 where NumberText.rounded(step, decimals: places) == NumberText.rounded(step, decimals: 12)
        {
            return places
        }
        return 12
    }

    /// Steps of whole seconds, minutes, hours, days, weeks, months or years.
    static func times(from low: Double, to high: Double, wanted: Int) -> Ticks {
        let (low, high) = (min(low, high), max(low, high))
        let raw = (high - low) / Double(max(1, wanted))
        let fixedSteps: [Double] = [
            1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600,
        ]
        guard low.magnitude < 1e12, high.magnitude < 1e12 else {
            return Ticks(
                ticks: [Tick(value: low, label: NumberText.shortest(low))], lower: low, upper: max(high, low + 1))
        }
        var ticks: [Tick] = []
        if let step = fixedSteps.first(where: { $0 >= raw }) {
            // Weeks start on a Monday; 1970-01-01 was a Thursday.
            let origin: Double = step >= 604_800 ? 4 * 86_400 : 0
            var value = ((low - origin) / step).rounded(.up) * step + origin
            while value <= high, ticks.count < 64 {
                ticks.append(Tick(value: value, label: timeLabel(value, step: step)))
                value += step
            }
        } else {
            ticks = calendarTicks(from: low, to: high, raw: raw)
        }
        if ticks.isEmpty { ticks = [Tick(value: low, label: timeLabel(low, step: low == high ? 86_400 : raw))] }
        return Ticks(ticks: ticks, lower: low, upper: max(high, low + 1))
    }

    private static func calendarTicks(from low: Double, to high: Double, raw: Double) -> [Tick] {
        let months = raw / (30.44 * 86_400)
        let step =
            [1, 2, 3, 6, 12].first { Double($0) >= months } ?? Int(nearest: niceStep(months / 12).rounded(.up)) * 12
        let (year, month, _) = TimeText.date(days: Int(nearest: (low / 86_400).rounded(.down)))
        var index = (year * 12 + month - 1) / step * step
        var ticks: [Tick] = []
        while ticks.count < 64 {
            let (year, month) = (index.quotientAndRemainder(dividingBy: 12))
            let value = Double(TimeText.days(year: year, month: month + 1, day: 1)) * 86_400
            if value > high { break }
            let text = TimeText.padded(year, 4)
            if value >= low {
                ticks.append(Tick(value: value, label: step % 12 == 0 ? text : text + "-" + TimeText.padded(month + 1)))
            }
            index += step
        }
        return ticks
    }

    private static func timeLabel(_ value: Double, step: Double) -> String {
        let midnight = value.truncatingRemainder(dividingBy: 86_400) == 0
        return step >= 86_400 || midnight
            ? TimeText.dateText(value) : TimeText.clockText(value, withSeconds: step < 60)
    }
}
