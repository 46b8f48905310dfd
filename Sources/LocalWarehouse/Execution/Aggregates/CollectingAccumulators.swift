internal import AirlockCore

/// Values in the order they came, all or each once.
final class Collected: Accumulator {
    private let limit: Int?
    private var values: [Value] = []
    private var bytes = 0
    private var seen: Set<Value>?

    init(unique: Bool, limit: Int?) {
        self.limit = limit
        seen = unique ? [] : nil
    }

    func add(_ row: ArgumentRow) throws {
        guard values.count < limit ?? .max, !row.isMissing(0) else { return }
        let value = try row.value(0)
        if seen != nil, !(seen?.insert(value).inserted ?? true) { return }
        values.append(value)
        try AggregateLimit.check(values.count, "groupArray")
        try AggregateLimit.add(value, to: &bytes, "groupArray")
    }

    func result() -> Value { .array(values) }
}

/// The most frequent values; of equally frequent ones the earlier.
final class Frequent: Accumulator {
    private let limit: Int
    private let weighted: Bool
    private var counts: [Value: (count: Int64, first: Int)] = [:]

    init(_ limit: Int, weighted: Bool) { (self.limit, self.weighted) = (limit, weighted) }

    func add(_ row: ArgumentRow) throws {
        for index in 0..<row.count where row.isMissing(index) { return }
        let place = counts.count
        counts[try row.value(0), default: (0, place)].count &+= weighted ? row.int(1) : 1
        try AggregateLimit.check(counts.count, "topK")
    }

    func result() -> Value {
        let sorted = counts.sorted { a, b in
            a.value.count == b.value.count ? a.value.first < b.value.first : a.value.count > b.value.count
        }
        return .array(sorted.prefix(limit).map(\.key))
    }
}

/// The first or the last value that is not NULL.
final class Chosen: Accumulator {
    private let type: ClickHouseType
    private let last: Bool
    private var value: Value?

    init(_ type: ClickHouseType, last: Bool) { (self.type, self.last) = (type, last) }

    func add(_ row: ArgumentRow) throws {
        guard last || value == nil, !row.isMissing(0) else { return }
        value = try row.value(0)
    }

    func result() -> Value { value ?? type.defaultValue }
}

/// The value that stands beside the least or greatest key; of equal keys the first.
final class BestArgument: Accumulator {
    private let type: ClickHouseType
    private let keyType: ClickHouseType
    private let wanted: Ordering
    private var best: (value: Value, key: Value)?

    init(_ type: ClickHouseType, _ keyType: ClickHouseType, _ wanted: Ordering) {
        (self.type, self.keyType, self.wanted) = (type, keyType, wanted)
    }

    func add(_ row: ArgumentRow) throws {
        guard !row.isMissing(0), !row.isMissing(1) else { return }
        let key = try row.value(1)
        if let best, Value.order(key, best.key, as: keyType) != wanted { return }
        best = (try row.value(0), key)
    }

    func result() -> Value { best?.value ?? type.defaultValue }
}

final class Joined: Accumulator {
    private let separator: String
    private let type: ClickHouseType
    private let calendar: ProjectCalendar
    private var parts: [String] = []
    private var bytes = 0
    private var seen: Set<Value>?

    init(separator: String, type: ClickHouseType, calendar: ProjectCalendar, unique: Bool) {
        (self.separator, self.type, self.calendar) = (separator, type, calendar)
        seen = unique ? [] : nil
    }

    func add(_ row: ArgumentRow) throws {
        guard !row.isMissing(0) else { return }
        let value = try row.value(0)
        if seen != nil, !(seen?.insert(value).inserted ?? true) { return }
        parts.append(ValueText.text(value, type, calendar))
        try AggregateLimit.check(parts.count, "groupConcat")
        try AggregateLimit.add(.string(parts[parts.count - 1]), to: &bytes, "groupConcat")
    }

    func result() -> Value { parts.isEmpty && type.isNullable ? .null : .string(parts.joined(separator: separator)) }
}

/// Variance and standard deviation from the sums of the values and of their squares, as ClickHouse has them; the
/// `Stable` forms by Welford's method.
final class Moments: Accumulator {
    private let (sample, root, stable, nullable): (Bool, Bool, Bool, Bool)
    private var (count, first, second) = (0.0, 0.0, 0.0)

    init(sample: Bool, root: Bool, stable: Bool, nullable: Bool) {
        (self.sample, self.root, self.stable, self.nullable) = (sample, root, stable, nullable)
    }

    func add(_ row: ArgumentRow) {
        guard !row.isMissing(0) else { return }
        let value = row.double(0)
        count += 1
        if stable {
            // `first` is the mean, `second` the sum of squared distances to it.
            let delta = value - first
            first += delta / count
            second += delta * (value - first)
        } else {
            first += value
            second += value * value
        }
    }

    func result() -> Value {
        let size = sample ? count - 1 : count
        if nullable, count == 0 || size <= 0 { return .null }
        guard size > 0 else { return .double(.nan) }
        let spread = (stable ? second : second - first * first / count) / size
        // Rounding may leave less than nothing; a NaN becomes 0 here in ClickHouse too.
        let variance = spread > 0 ? spread : stable ? spread : 0
        return .double(root ? variance.squareRoot() : variance)
    }
}

/// Covariance and correlation, in the same two ways.
final class Comoments: Accumulator {
    private let name: String
    private let (stable, nullable): (Bool, Bool)
    private var (count, x, y, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    init(_ name: String, stable: Bool, nullable: Bool) {
        (self.name, self.stable, self.nullable) = (name, stable, nullable)
    }

    func add(_ row: ArgumentRow) {
        guard !row.isMissing(0), !row.isMissing(1) else { return }
        let (a, b) = (row.double(0), row.double(1))
        count += 1
        guard stable else {
            (x, y, xx, yy, xy) = (x + a, y + b, xx + a * a, yy + b * b, xy + a * b)
            return
        }
        let (dx, dy) = (a - x, b - y)
        x += dx / count
        y += dy / count
        xx += dx * (a - x)
        yy += dy * (b - y)
        xy += dx * (b - y)
    }

    func result() -> Value {
        let value: Double
        switch name {
        case "corr":
            value =
                stable
                ? xy / (xx * yy).squareRoot()
                : (count * xy - x * y) / ((count * xx - x * x) * (count * yy - y * y)).squareRoot()
        case "covarPop": value = (stable ? xy : xy - x * y / count) / count
        default: value = count < 2 ? .nan : (stable ? xy : xy - x * y / count) / (count - 1)
        }
        return nullable && value.isNaN ? .null : .double(value)
    }
}
