internal import AirlockCore

/// Values in the order they came, all or each once.
final class Collected: Accumulator {
    private let limit: Int
    private var values: [Value] = []
    private var seen: Set<Value>?

    init(unique: Bool, limit: Int) {
        self.limit = limit
        seen = unique ? [] : nil
    }

    func add(_ row: ArgumentRow) throws {
        guard !row.isMissing(0), values.count < limit else { return }
        let value = try row.value(0)
        if seen != nil, !(seen?.insert(value).inserted ?? true) { return }
        values.append(value)
    }

    func result() -> Value { .array(values) }
}

/// The most frequent values; of equally frequent ones the earlier.
final class Frequent: Accumulator {
    private let limit: Int
    private var counts: [Value: (count: Int, first: Int)] = [:]

    init(_ limit: Int) { self.limit = limit }

    func add(_ row: ArgumentRow) throws {
        guard !row.isMissing(0) else { return }
        let value = try row.value(0)
        let place = counts.count
        counts[value, default: (0, place)].count += 1
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

/// Quantiles: by linear interpolation at (n - 1) p, or as the element at floor(n p).
final class Quantiles: Accumulator {
    private let levels: [Double]
    private let exact: Bool
    private let isArray: Bool
    private let type: ClickHouseType
    private let nullable: Bool
    private var floats: [Double] = []
    private var integers: [Int64] = []

    init(levels: [Double], exact: Bool, isArray: Bool, type: ClickHouseType, nullable: Bool) {
        (self.levels, self.exact, self.isArray) = (levels, exact, isArray)
        (self.type, self.nullable) = (type, nullable)
    }

    func add(_ row: ArgumentRow) {
        guard !row.isMissing(0) else { return }
        if exact, !type.isFloat {
            integers.append(row.int(0))
        } else {
            let value = row.double(0)
            if !value.isNaN { floats.append(value) }
        }
    }

    func result() -> Value {
        floats.sort()
        integers.sort()
        let values = levels.map(quantile)
        return isArray ? .array(values) : values[0]
    }

    private func quantile(_ level: Double) -> Value {
        if exact {
            let count = max(floats.count, integers.count)
            guard count > 0 else { return nullable ? .null : type.isFloat ? .double(.nan) : .int(0) }
            let index = min(Int(level * Double(count)), count - 1)
            return type.isFloat ? .double(floats[index]) : .int(integers[index])
        }
        guard !floats.isEmpty else { return nullable ? .null : .double(.nan) }
        let place = Double(floats.count - 1) * level
        let low = Int(place)
        guard low + 1 < floats.count else { return .double(floats[floats.count - 1]) }
        let share = place - Double(low)
        return .double(floats[low] * (1 - share) + floats[low + 1] * share)
    }
}

final class Joined: Accumulator {
    private let separator: String
    private let type: ClickHouseType
    private let calendar: ProjectCalendar
    private var parts: [String] = []
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
    }

    func result() -> Value { parts.isEmpty && type.isNullable ? .null : .string(parts.joined(separator: separator)) }
}

/// Variance and standard deviation by Welford's method.
final class Moments: Accumulator {
    private let sample: Bool
    private let root: Bool
    private let nullable: Bool
    private var (count, mean, squares) = (0.0, 0.0, 0.0)

    init(sample: Bool, root: Bool, nullable: Bool) {
        (self.sample, self.root, self.nullable) = (sample, root, nullable)
    }

    func add(_ row: ArgumentRow) {
        guard !row.isMissing(0) else { return }
        let value = row.double(0)
        count += 1
        let delta = value - mean
        mean += delta / count
        squares += delta * (value - mean)
    }

    func result() -> Value {
        let size = sample ? count - 1 : count
        if nullable, count == 0 || size <= 0 { return .null }
        guard size > 0 else { return .double(.nan) }
        let variance = squares / size
        return .double(root ? variance.squareRoot() : variance)
    }
}

final class Comoments: Accumulator {
    private let name: String
    private let nullable: Bool
    private var (count, meanX, meanY, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    init(_ name: String, nullable: Bool) { (self.name, self.nullable) = (name, nullable) }

    func add(_ row: ArgumentRow) {
        guard !row.isMissing(0), !row.isMissing(1) else { return }
        let (x, y) = (row.double(0), row.double(1))
        count += 1
        let (dx, dy) = (x - meanX, y - meanY)
        meanX += dx / count
        meanY += dy / count
        xx += dx * (x - meanX)
        yy += dy * (y - meanY)
        xy += dx * (y - meanY)
    }

    func result() -> Value {
        let value =
            switch name {
            case "corr": xy / (xx * yy).squareRoot()
            case "covarPop": xy / count
            default: xy / (count - 1)
            }
        return nullable && value.isNaN ? .null : .double(value)
    }
}

final class Flattened: Accumulator {
    private let name: String
    private let element: ClickHouseType
    private let orNull: Bool
    private var values: [Value] = []

    init(_ name: String, _ element: ClickHouseType, orNull: Bool) {
        (self.name, self.element, self.orNull) = (name, element, orNull)
    }

    func add(_ row: ArgumentRow) throws { values += try row.value(0).elements.filter { !$0.isNull } }

    func result() throws -> Value {
        if orNull, values.isEmpty { return .null }
        switch name {
        case "sum": return try ArrayFunctions.folded("arraySum", values, isFloat: element.isFloat)
        case "avg": return try ArrayFunctions.folded("arrayAvg", values, isFloat: true)
        case "count": return .int(Int64(values.count))
        case "uniq", "uniqExact": return .int(Int64(Set(values).count))
        case "groupArray": return .array(values)
        case "groupUniqArray": return .array(ArrayFunctions.distinct(values))
        case "median":
            let sorted = values.compactMap(\.doubleValue).sorted()
            guard let last = sorted.last else { return .double(.nan) }
            let low = (sorted.count - 1) / 2
            return .double(
                sorted.count % 2 == 1
                    ? sorted[low] : (sorted[low] + (low + 1 < sorted.count ? sorted[low + 1] : last)) / 2)
        default:
            return ArrayFunctions.sorted(values, element, descending: name == "max").first ?? element.defaultValue
        }
    }
}
