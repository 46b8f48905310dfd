/// What an aggregate may hold of one group, so that a query cannot fill the memory.
enum AggregateLimit {
    static let elements = 1_000_000
    static let textBytes = 64 << 20

    static func check(_ count: Int, _ name: String) throws {
        guard count <= elements else {
            throw ExecutionFault("\(name) would hold more than \(elements) elements of one group")
        }
    }

    /// Counts a value's size against the limit for texts.
    static func add(_ value: Value, to bytes: inout Int, _ name: String) throws {
        switch value {
        case .string(let text): bytes += text.utf8.count
        case .bytes(let text): bytes += text.count
        case .array(let values): for value in values { try add(value, to: &bytes, name) }
        default: break
        }
        guard bytes <= textBytes else {
            throw ExecutionFault("\(name) would hold more than \(textBytes >> 20) MiB of text of one group")
        }
    }
}

/// `-OrNull`, `-OrDefault`: something else over no rows.
final class OrElse: Accumulator {
    private let inner: any Accumulator
    private let instead: Value
    private var isEmpty = true

    init(_ inner: any Accumulator, _ instead: Value) { (self.inner, self.instead) = (inner, instead) }

    func add(_ row: ArgumentRow) throws {
        for index in 0..<row.count where row.isMissing(index) { return }
        isEmpty = false
        try inner.add(row)
    }

    func result() throws -> Value { isEmpty ? instead : try inner.result() }
}

/// `-Array`: the elements of all rows' arrays.
final class OverElements: Accumulator {
    private let inner: Combinator.Inner
    private let accumulator: any Accumulator
    private let name: String

    init(_ inner: Combinator.Inner, _ name: String) {
        (self.inner, self.name) = (inner, name)
        accumulator = inner.make()
    }

    func add(_ row: ArgumentRow) throws {
        let arrays = try row.all().map(\.elements)
        let count = arrays.first?.count ?? 0
        guard arrays.allSatisfy({ $0.count == count }) else {
            throw ExecutionFault("the arrays of \(name) must be equally long")
        }
        for index in 0..<count { try accumulator.add(try inner.row(arrays.map { $0[index] })) }
    }

    func result() throws -> Value { try accumulator.result() }
}

/// `-ForEach`: an aggregate for each place of the arrays.
final class ForEachPlace: Accumulator {
    private let inner: Combinator.Inner
    private let name: String
    private var places: [any Accumulator] = []

    init(_ inner: Combinator.Inner, _ name: String) { (self.inner, self.name) = (inner, name) }

    func add(_ row: ArgumentRow) throws {
        let arrays = try row.all().map(\.elements)
        let count = arrays.first?.count ?? 0
        guard arrays.allSatisfy({ $0.count == count }) else {
            throw ExecutionFault("the arrays of \(name) must be equally long")
        }
        try AggregateLimit.check(count, name)
        while places.count < count { places.append(inner.make()) }
        for index in 0..<count { try places[index].add(try inner.row(arrays.map { $0[index] })) }
    }

    func result() throws -> Value { .array(try places.map { try $0.result() }) }
}

/// `-Map`: an aggregate for each key of the maps.
final class ForEachKey: Accumulator {
    private let inner: Combinator.Inner
    private let key: ClickHouseType
    private var keys: [Value: any Accumulator] = [:]

    init(_ inner: Combinator.Inner, _ key: ClickHouseType) { (self.inner, self.key) = (inner, key) }

    func add(_ row: ArgumentRow) throws {
        for pair in try row.value(0).elements {
            guard let name = pair.elements.first, let value = pair.elements.last else { continue }
            let accumulator = keys[name] ?? inner.make()
            keys[name] = accumulator
            try AggregateLimit.check(keys.count, "-Map")
            try accumulator.add(try inner.row([value]))
        }
    }

    func result() throws -> Value {
        let sorted = ArrayFunctions.sorted(Array(keys.keys), key, descending: false)
        return .array(try sorted.map { .array([$0, try keys[$0]?.result() ?? .null]) })
    }
}

/// `-ArgMin`, `-ArgMax`: the rows with the least or greatest key.
final class AtExtreme: Accumulator {
    private let inner: Combinator.Inner
    private let key: ClickHouseType
    private let wanted: Ordering
    private let nullable: Bool
    private var best: Value?
    private var accumulator: any Accumulator

    init(_ inner: Combinator.Inner, _ key: ClickHouseType, _ wanted: Ordering, nullable: Bool) {
        (self.inner, self.key, self.wanted, self.nullable) = (inner, key, wanted, nullable)
        accumulator = inner.make()
    }

    func add(_ row: ArgumentRow) throws {
        for index in 0..<row.count where row.isMissing(index) { return }
        var values = try row.all()
        guard let found = values.popLast() else { return }
        if let best {
            let order = Value.order(found, best, as: key)
            guard order == wanted || order == .same else { return }
            if order == wanted { accumulator = inner.make() }
        }
        best = found
        try accumulator.add(try inner.row(values))
    }

    func result() throws -> Value { nullable && best == nil ? .null : try accumulator.result() }
}

/// `-Resample`: an aggregate for each step of a key.
final class Resampled: Accumulator {
    private let inner: Combinator.Inner
    private let (from, to, step): (Int64, Int64, Int64)
    private let steps: [any Accumulator]

    init(_ inner: Combinator.Inner, from: Int64, to: Int64, step: Int64) {
        (self.inner, self.from, self.to, self.step) = (inner, from, to, step)
        let count = (to.subtractingClamped(from).addingClamped(step - 1)) / step
        steps = (0..<count).map { _ in inner.make() }
    }

    func add(_ row: ArgumentRow) throws {
        var values = try row.all()
        guard let key = values.popLast()?.intValue, key >= from, key < to else { return }
        try steps[Int((key - from) / step)].add(try inner.row(values))
    }

    func result() throws -> Value { .array(try steps.map { try $0.result() }) }
}

/// `-Distinct`: each combination of values once.
final class OverDistinct: Accumulator {
    private let inner: Combinator.Inner
    private let accumulator: any Accumulator
    private var seen: Set<[Value]> = []

    init(_ inner: Combinator.Inner) {
        self.inner = inner
        accumulator = inner.make()
    }

    func add(_ row: ArgumentRow) throws {
        let values = try row.all()
        guard seen.insert(values).inserted else { return }
        try AggregateLimit.check(seen.count, "-Distinct")
        try accumulator.add(try inner.row(values))
    }

    func result() throws -> Value { try accumulator.result() }
}
