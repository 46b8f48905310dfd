internal import AirlockCore

/// Aggregates over sequences of conditions.
enum OrderedAggregates {
    static let all: [String: AggregateBinding.Bind] = ["windowFunnel": windowFunnel, "retention": retention]

    private static let windowFunnel: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 33)
        try call.noDistinct()
        guard case .int(let window)? = call.parameters.first?.constant, window >= 0 else {
            throw call.fail("needs a window as its first parameter, as windowFunnel(3600)(…)")
        }
        var modes: Set<WindowFunnel.Mode> = []
        for parameter in call.parameters.dropFirst() {
            guard case .string(let name)? = parameter.constant, let mode = WindowFunnel.Mode(rawValue: name) else {
                throw call.fail(
                    "does not know the mode",
                    hint: "Modes are \(WindowFunnel.Mode.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            modes.insert(mode)
        }
        let unit: Int64
        switch call.arguments[0].type.inner {
        case .dateTime: unit = ProjectCalendar.second
        case .date, .integer(_, signed: false): unit = 1
        default:
            throw call.fail(
                "needs a DateTime as its first argument, not \(call.resolver.typeName(call.arguments[0].type))",
                hint: "Its window is in seconds: write toDateTime(timestamp).")
        }
        guard !call.arguments[0].isNullable else { throw call.fail("needs a time that cannot be NULL") }
        for index in 1..<call.arguments.count { try call.number(index) }
        let (chosen, steps) = (modes, call.arguments.count - 1)
        let key = "windowFunnel \(window) \(chosen.map(\.rawValue).sorted()) \(unit)"
        return call.aggregate(call.arguments, .uint8, key: key) {
            WindowFunnel(window: window, unit: unit, modes: chosen, steps: steps)
        }
    }

    private static let retention: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 32)
        try call.noDistinct()
        for index in call.arguments.indices { try call.number(index) }
        let count = call.arguments.count
        return call.aggregate(call.arguments, .array(.uint8)) { Retention(count) }
    }
}

/// `windowFunnel`: how many of the conditions hold one after the other within a window that starts with the first.
///
/// Each first step starts a new chain and a later step prolongs the chain that its predecessor belongs to; rows of one
/// time are taken in the order of the conditions, so that one row can take several steps. This follows ClickHouse's
/// AggregateFunctionWindowFunnel.
final class WindowFunnel: Accumulator {
    enum Mode: String, CaseIterable, Sendable {
        case strictDeduplication = "strict_deduplication"
        case strictOrder = "strict_order"
        case strictIncrease = "strict_increase"
        case strictOnce = "strict_once"
    }

    private struct Step {
        let time: Int64
        /// From 1; 0 is a row for which no condition holds, which `strict_order` minds.
        let level: Int
        let row: Int
    }

    private let window: Int64
    private let unit: Int64
    private let modes: Set<Mode>
    private let steps: Int
    private var list: [Step] = []
    private var rows = 0
    private var isSorted = true

    init(window: Int64, unit: Int64, modes: Set<Mode>, steps: Int) {
        (self.window, self.unit, self.modes, self.steps) = (window, unit, modes, steps)
    }

    func add(_ row: ArgumentRow) {
        let time = floorDivide(row.int(0), unit)
        var any = false
        rows += 1
        for level in stride(from: steps, through: 1, by: -1) where row.isTrue(level) {
            append(Step(time: time, level: level, row: rows))
            any = true
        }
        if !any, modes.contains(.strictOrder) { append(Step(time: time, level: 0, row: rows)) }
    }

    private func append(_ step: Step) {
        if let last = list.last, (last.time, last.level) > (step.time, step.level) { isSorted = false }
        list.append(step)
    }

    func result() throws -> Value {
        if !isSorted {
            list.sort { ($0.time, $0.level, $0.row) < ($1.time, $1.level, $1.row) }
        }
        return .int(Int64(modes.contains(.strictOnce) ? try deepestOnce() : deepest()))
    }

    private func deepest() -> Int {
        var chains = [(first: Int64, last: Int64)?](repeating: nil, count: steps)
        var started = false
        for step in list {
            let place = step.level - 1
            if place < 0 {
                if started { break }
            } else if place == 0 {
                chains[0] = (step.time, step.time)
                started = true
            } else if modes.contains(.strictDeduplication), chains[place] != nil {
                break
            } else if modes.contains(.strictOrder), started, chains[place - 1] == nil {
                return chains.firstIndex { $0 == nil } ?? steps
            } else if let before = chains[place - 1] {
                guard step.time <= before.first.addingClamped(window),
                    !modes.contains(.strictIncrease) || before.last < step.time
                else { continue }
                chains[place] = (before.first, step.time)
                if step.level == steps { return steps }
            }
        }
        return (chains.lastIndex { $0 != nil } ?? -1) + 1
    }

    /// `strict_once`: a row serves one step of a chain only, and all chains are followed.
    private func deepestOnce() throws -> Int {
        struct Chain {
            let first: Int64
            let last: Int64
            let rows: Set<Int>
        }
        var chains = [[Chain]](repeating: [], count: steps)
        var (started, count) = (false, 0)
        for step in list {
            let place = step.level - 1
            if place < 0 {
                if started { break }
            } else if place == 0 {
                chains[0].append(Chain(first: step.time, last: step.time, rows: [step.row]))
                started = true
            } else if modes.contains(.strictDeduplication), !chains[place].isEmpty {
                break
            } else if modes.contains(.strictOrder), started, chains[place - 1].isEmpty {
                return chains.firstIndex { $0.isEmpty } ?? steps
            } else {
                for chain in chains[place - 1] {
                    guard step.time <= chain.first.addingClamped(window), !chain.rows.contains(step.row),
                        !modes.contains(.strictIncrease) || chain.last < step.time
                    else { continue }
                    if step.level == steps { return steps }
                    count += 1
                    guard count < 200_000 else {
                        throw ExecutionFault("windowFunnel with strict_once has too many chains to follow")
                    }
                    chains[place].append(Chain(first: chain.first, last: step.time, rows: chain.rows.union([step.row])))
                }
            }
        }
        return (chains.lastIndex { !$0.isEmpty } ?? -1) + 1
    }
}

/// `retention`: whether the first condition held at all, and whether it and each other did.
private final class Retention: Accumulator {
    private var held: [Bool]

    init(_ count: Int) { held = Array(repeating: false, count: count) }

    func add(_ row: ArgumentRow) {
        for index in held.indices where row.isTrue(index) { held[index] = true }
    }

    func result() -> Value {
        .array(held.indices.map { .bool(held[0] && held[$0]) })
    }
}
