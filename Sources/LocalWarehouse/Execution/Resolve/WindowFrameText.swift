internal import AirlockCore
internal import HogQL

/// A window's frame as SQLite writes it; its defaults are ClickHouse's.
struct WindowFrameText {
    private(set) var unit = WindowFrame.Unit.range
    private(set) var start = Bound.unbounded
    private(set) var end = Bound.offset(0)
    /// Empty for the default frame.
    private(set) var text = ""
    /// The frame that has the same end and starts with the partition.
    private(set) var upToEnd = ""

    /// A place seen from the current row: before it is negative.
    enum Bound {
        /// The end of the partition on this side.
        case unbounded
        case offset(Int64)
    }

    /// - Parameter order: the keys of the window's ORDER BY, in whose unit an offset of RANGE counts.
    init(
        _ frame: WindowFrame?, order: [Node], _ resolver: Resolver, _ range: SourceRange
    ) throws(AirlockError) {
        guard let frame else { return }
        unit = frame.unit
        start = try Self.bound(frame.start, isStart: true, resolver, range)
        end = try Self.bound(frame.end ?? .currentRow, isStart: false, resolver, range)
        if case .offset(let first) = start, case .offset(let last) = end, first > last {
            throw resolver.invalid("the frame of a window starts behind its end", range)
        }
        var scale: Int64 = 1
        if unit == .range, [start, end].contains(where: \.isOffset) {
            scale = try Self.scale(order, resolver, range)
        }
        let last = try end.text(isStart: false, scale, resolver, range)
        text = "\(unit.rawValue) BETWEEN \(try start.text(isStart: true, scale, resolver, range)) AND \(last)"
        upToEnd = "\(unit.rawValue) BETWEEN UNBOUNDED PRECEDING AND \(last)"
    }

    private static func bound(
        _ bound: WindowFrame.Bound, isStart: Bool, _ resolver: Resolver, _ range: SourceRange
    ) throws(AirlockError) -> Bound {
        switch bound {
        case .currentRow: return .offset(0)
        case .unboundedPreceding where isStart, .unboundedFollowing where !isStart: return .unbounded
        case .unboundedPreceding, .unboundedFollowing:
            throw resolver.invalid("the frame of a window starts behind its end", range)
        case .preceding(let count): return .offset(-(try resolver.rowCount(count, "PRECEDING")))
        case .following(let count): return .offset(try resolver.rowCount(count, "FOLLOWING"))
        }
    }

    /// What one step of a RANGE offset is in the key's stored unit: 1 of a number, a day of a Date, a second.
    private static func scale(
        _ order: [Node], _ resolver: Resolver, _ range: SourceRange
    ) throws(AirlockError) -> Int64 {
        guard order.count == 1, let key = order.first else {
            throw resolver.invalid("RANGE with an offset needs one key in ORDER BY", range, hint: "Use ROWS.")
        }
        switch key.type.inner {
        case .integer, .float, .bool, .date: return 1
        case .dateTime: return ProjectCalendar.second
        default:
            throw resolver.unsupported(
                "RANGE with an offset over \(resolver.typeName(key.type))", range,
                hint: key.type.isTime ? "ClickHouse has none either: order by toDateTime(x)." : "Use ROWS.")
        }
    }
}

extension WindowFrameText.Bound {
    var isOffset: Bool { if case .offset(let rows) = self { rows != 0 } else { false } }

    fileprivate func text(
        isStart: Bool, _ scale: Int64, _ resolver: Resolver, _ range: SourceRange
    ) throws(AirlockError) -> String {
        switch self {
        case .unbounded: return isStart ? "UNBOUNDED PRECEDING" : "UNBOUNDED FOLLOWING"
        case .offset(0): return "CURRENT ROW"
        case .offset(let rows):
            let (amount, overflow) = Int64(clamping: rows.magnitude).multipliedReportingOverflow(by: scale)
            guard !overflow else { throw resolver.invalid("the offset of a window's frame is too large", range) }
            return "\(amount) \(rows < 0 ? "PRECEDING" : "FOLLOWING")"
        }
    }
}
