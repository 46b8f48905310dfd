internal import AirlockCore

/// Numbers written for people.
enum ReadableFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "formatReadableSize": scaled(
            1024, [" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB", " ZiB", " YiB"]),
        "formatReadableDecimalSize": scaled(1000, [" B", " KB", " MB", " GB", " TB", " PB", " EB", " ZB", " YB"]),
        "formatReadableQuantity": scaled(
            1000,
            [
                "", " thousand", " million", " billion", " trillion", " quadrillion", " quintillion", " sextillion",
                " septillion",
            ]),
        "formatReadableTimeDelta": timeDelta, "bar": bar,
    ]

    private static func scaled(_ base: Double, _ units: [String]) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.number(0)
            return call.call(.string) { values in
                var number = values[0].doubleValue ?? .nan
                var unit = 0
                while unit + 1 < units.count, abs(number) >= base {
                    number /= base
                    unit += 1
                }
                return .string(NumberText.hundredths(number) + units[unit])
            }
        }
    }

    private static let periods: [(name: String, seconds: Double)] = [
        ("year", 31_536_000), ("month", 2_635_200), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1),
    ]

    /// `1 hour, 1 minute and 1 second`; parts of a second are cut off.
    private static let timeDelta: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        try call.number(0)
        let largest = call.arguments.count == 2 ? try call.constantText(1) : "years"
        guard let first = periods.firstIndex(where: { "\($0.name)s" == largest }) else {
            throw call.unsupported(
                "formatReadableTimeDelta from '\(largest)' on",
                hint: "Units are years, months, days, hours, minutes and seconds.")
        }
        return call.call([call.arguments[0]], .string, key: "formatReadableTimeDelta \(first)") { values in
            let number = values[0].doubleValue ?? .nan
            guard number.isFinite else { return .string(NumberText.text(number)) }
            var rest = abs(number).rounded(.towardZero)
            var parts: [String] = []
            for period in periods[first...] {
                let count = (rest / period.seconds).rounded(.towardZero)
                rest -= count * period.seconds
                guard count > 0 else { continue }
                parts.append("\(NumberText.text(count)) \(period.name)\(count == 1 ? "" : "s")")
            }
            guard let last = parts.popLast() else { return .string("0 seconds") }
            let text = parts.isEmpty ? last : parts.joined(separator: ", ") + " and " + last
            return .string((number < 0 ? "-" : "") + text)
        }
    }

    private static let bar: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3, 4)
        for index in call.arguments.indices { try call.number(index) }
        return call.call(.string) { values in
            let numbers = values.map { $0.doubleValue ?? .nan }
            let (value, low, high) = (numbers[0], numbers[1], numbers[2])
            let width = numbers.count > 3 ? numbers[3] : 80
            guard width >= 1, width <= 1000, low < high, (high - low).isFinite else {
                throw ExecutionFault("bar needs a width from 1 to 1,000 and a range that is not empty")
            }
            let length: Double =
                value.isNaN || value <= low ? 0 : value >= high ? width : (value - low) * width / (high - low)
            let eighths = Int(exactly: (length * 8).rounded(.towardZero)) ?? 0
            let marks = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
            return .string(String(repeating: "█", count: eighths / 8) + marks[eighths % 8])
        }
    }
}
