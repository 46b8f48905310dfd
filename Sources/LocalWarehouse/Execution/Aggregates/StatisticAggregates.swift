internal import AirlockCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Higher moments, regression, ranks.
enum StatisticAggregates {
    static let all: [String: AggregateBinding.Bind] = [
        "skewPop": shape { $0.skew(sample: false) }, "skewSamp": shape { $0.skew(sample: true) },
        "kurtPop": shape { $0.kurtosis(sample: false) }, "kurtSamp": shape { $0.kurtosis(sample: true) },
        "simpleLinearRegression": regression, "rankCorr": rankCorrelation, "entropy": entropy,
    ]

    /// Sums of powers.
    struct Powers: Sendable {
        var (count, first, second, third, fourth) = (0.0, 0.0, 0.0, 0.0, 0.0)

        mutating func add(_ x: Double) {
            count += 1
            first += x
            second += x * x
            third += x * x * x
            fourth += x * x * x * x
        }

        func variance(sample: Bool) -> Double {
            let size = sample ? count - 1 : count
            guard count > 0, !sample || count > 1 else { return .nan }
            return max(0, (second - first * first / count) / size)
        }

        func skew(sample: Bool) -> Double {
            let variance = variance(sample: sample)
            guard variance > 0 else { return .nan }
            let moment = (third - (3 * second - 2 * first * first / count) * first / count) / count
            return moment / pow(variance, 1.5)
        }

        func kurtosis(sample: Bool) -> Double {
            let variance = variance(sample: sample)
            guard variance > 0 else { return .nan }
            let inner = 6 * second - 3 * first * first / count
            let moment = (fourth - (4 * third - inner * first / count) * first / count) / count
            return moment / (variance * variance)
        }
    }

    private static func shape(_ measure: @escaping @Sendable (Powers) -> Double) -> AggregateBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.number(0)
            try call.noDistinct()
            return call.fold(try call.distinguished(), .float, Powers()) {
                $0.add($1.double(0))
            } finish: {
                .double(measure($0))
            }
        }
    }

    /// The slope and the intercept of the line with the least squares.
    private static let regression: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.number(0)
        try call.number(1)
        try call.noDistinct()
        let type = ClickHouseType.tuple([.float, .float])
        return call.fold(try call.distinguished(), type, [0.0, 0, 0, 0, 0]) { sums, row in
            let (x, y) = (row.double(0), row.double(1))
            sums = [sums[0] + 1, sums[1] + x, sums[2] + y, sums[3] + x * x, sums[4] + x * y]
        } finish: { sums in
            let (count, x, y, xx, xy) = (sums[0], sums[1], sums[2], sums[3], sums[4])
            let divisor = xx * count - x * x
            guard divisor != 0, count > 0 else { return .array([.double(.nan), .double(.nan)]) }
            let slope = (xy * count - x * y) / divisor
            return .array([.double(slope), .double((y - slope * x) / count)])
        }
    }

    /// Spearman's: the correlation of ranks; equal values share the mean of theirs.
    private static let rankCorrelation: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.number(0)
        try call.number(1)
        try call.noDistinct()
        return call.fold(try call.distinguished(), .float, [[Double]](repeating: [], count: 2)) { values, row in
            values[0].append(row.double(0))
            values[1].append(row.double(1))
            try AggregateLimit.check(values[0].count, "rankCorr")
        } finish: { values in
            let (x, y) = (ranks(values[0]), ranks(values[1]))
            let count = Double(x.count)
            let squares = zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            return .double(1 - 6 * squares / (count * (count * count - 1)))
        }
    }

    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            for index in start...end { ranks[order[index]] = Double(start + end) / 2 + 1 }
            start = end + 1
        }
        return ranks
    }

    /// Shannon's, in bits.
    private static let entropy: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        try call.noDistinct()
        return call.fold(try call.distinguished(), .float, [[Value]: Int]()) { counts, row in
            let values = try row.all()
            // ClickHouse leaves NaN out.
            if values.count == 1, case .double(let number) = values[0], number.isNaN { return }
            counts[values, default: 0] += 1
            try AggregateLimit.check(counts.count, "entropy")
        } finish: { counts in
            let total = Double(counts.values.reduce(0, +))
            return .double(
                counts.values.sorted().reduce(0.0) { sum, count in
                    let share = Double(count) / total
                    return sum - share * log2(share)
                })
        }
    }
}
