/// The type of an expression, as ClickHouse would give it. Every value of a type has one representation in SQLite, see
/// ``ValueCoding``.
indirect enum ClickHouseType: Sendable, Hashable {
    case string
    /// `FixedString(n)`: always n bytes. Values are texts as of `string`.
    case fixedString(Int)
    /// `Bool` is its own type: it counts like `UInt8` and is shown as true or false.
    case bool
    /// `bits` is 8, 16, 32 or 64.
    case integer(bits: Int, signed: Bool)
    /// `UInt64` whose values may go beyond `Int64`, as hashes do; see ``WideUnsigned`` for how it is held. It is no
    /// `isNumeric`: only what knows of it takes it.
    case wideUnsigned
    case float
    case date
    /// Whole seconds.
    case dateTime(zoned: TimeZoneMark)
    /// Held in microseconds; `scale` is how many digits behind the point are shown, at most 6.
    case dateTime64(zoned: TimeZoneMark, scale: Int = 6)
    case uuid
    case interval(IntervalKind)
    case array(ClickHouseType)
    case tuple([ClickHouseType])
    /// Held as an array of pairs, in the order they came.
    case map(ClickHouseType, ClickHouseType)
    /// Never around an array or a tuple: ClickHouse refuses that.
    case nullable(ClickHouseType)
    /// The type of NULL and of the elements of `[]`.
    case nothing

    static let uint8 = ClickHouseType.integer(bits: 8, signed: false)
    static let uint16 = ClickHouseType.integer(bits: 16, signed: false)
    static let uint32 = ClickHouseType.integer(bits: 32, signed: false)
    static let uint64 = ClickHouseType.integer(bits: 64, signed: false)
    static let int8 = ClickHouseType.integer(bits: 8, signed: true)
    static let int32 = ClickHouseType.integer(bits: 32, signed: true)
    static let int64 = ClickHouseType.integer(bits: 64, signed: true)
    static let null = ClickHouseType.nullable(.nothing)
}

/// The units of an interval.
enum IntervalKind: String, Sendable, Hashable, CaseIterable {
    case microsecond, millisecond, second, minute, hour, day, week, month, quarter, year

    /// Microseconds; `nil` for units whose length varies.
    var microseconds: Int64? {
        switch self {
        case .microsecond: 1
        case .millisecond: 1000
        case .second: 1_000_000
        case .minute: 60_000_000
        case .hour: 3_600_000_000
        case .day: 86_400_000_000
        case .week: 604_800_000_000
        case .month, .quarter, .year: nil
        }
    }

    /// Months; `nil` for units of a fixed length.
    var months: Int64? {
        switch self {
        case .month: 1
        case .quarter: 3
        case .year: 12
        default: nil
        }
    }

    /// `Day`, as in `toIntervalDay`.
    var capitalized: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// Reads `day`, `Day`, `days`, `dd` and ClickHouse's other short forms.
    init?(unit text: String) {
        let lowered = text.lowercased()
        switch lowered {
        case "us", "microseconds": self = .microsecond
        case "ms", "milliseconds": self = .millisecond
        case "ss", "s", "seconds": self = .second
        case "mi", "n", "minutes": self = .minute
        case "hh", "h", "hours": self = .hour
        case "dd", "d", "days": self = .day
        case "ww", "wk", "weeks": self = .week
        case "mm", "m", "months": self = .month
        case "qq", "q", "quarters": self = .quarter
        case "yyyy", "yy", "years": self = .year
        default: self.init(rawValue: lowered)
        }
    }
}

extension ClickHouseType {
    var isNullable: Bool { if case .nullable = self { true } else { false } }

    /// The type without `Nullable`.
    var inner: ClickHouseType { if case .nullable(let type) = self { type } else { self } }

    /// `Nullable` around the type, where ClickHouse allows it.
    var asNullable: ClickHouseType {
        switch self {
        case .nullable, .array, .tuple, .map: self
        default: .nullable(self)
        }
    }

    func nullable(if condition: Bool) -> ClickHouseType { condition ? asNullable : self }

    var isInteger: Bool {
        switch inner {
        case .integer, .bool: true
        default: false
        }
    }

    var isFloat: Bool { inner == .float }
    var isNumeric: Bool { isInteger || isFloat }
    var isString: Bool {
        switch inner {
        case .string, .fixedString: true
        default: false
        }
    }

    var isWide: Bool { inner == .wideUnsigned }
    var isNull: Bool { inner == .nothing }

    var isDateOrTime: Bool {
        switch inner {
        case .date, .dateTime, .dateTime64: true
        default: false
        }
    }

    var isTime: Bool { isDateOrTime && inner != .date }

    var element: ClickHouseType? { if case .array(let element) = self { element } else { nil } }

    var isContainer: Bool {
        switch self {
        case .array, .tuple, .map: true
        default: false
        }
    }

    /// Width and sign when the type counts; `Bool` counts as `UInt8`.
    var integerShape: (bits: Int, signed: Bool)? {
        switch inner {
        case .integer(let bits, let signed): (bits, signed)
        case .bool: (8, false)
        default: nil
        }
    }

    /// The value ClickHouse puts where there is none: an unmatched LEFT JOIN, an aggregate over no rows.
    var defaultValue: Value {
        switch self {
        case .string: .string("")
        case .fixedString(let count): .string(String(repeating: "\0", count: count))
        case .wideUnsigned: WideUnsigned.value(0)
        case .float: .double(0)
        case .bool, .integer, .date, .dateTime, .dateTime64, .interval: .int(0)
        case .uuid: .string("00000000-0000-0000-0000-000000000000")
        case .array, .map: .array([])
        case .tuple(let elements): .array(elements.map(\.defaultValue))
        case .nullable, .nothing: .null
        }
    }

    /// The name ClickHouse gives the type, with the project's time zone where the type carries one.
    func name(timeZone: String) -> String {
        switch self {
        case .string: "String"
        case .fixedString(let count): "FixedString(\(count))"
        case .wideUnsigned: "UInt64"
        case .bool: "Bool"
        case .integer(let bits, let signed): "\(signed ? "Int" : "UInt")\(bits)"
        case .float: "Float64"
        case .date: "Date"
        case .dateTime(let zone): zone.name(timeZone).map { "DateTime('\($0)')" } ?? "DateTime"
        case .dateTime64(let zone, let scale):
            "DateTime64(\(scale)\(zone.name(timeZone).map { ", '\($0)'" } ?? ""))"
        case .uuid: "UUID"
        case .interval(let kind): "Interval\(kind.capitalized)"
        case .array(let element): "Array(\(element.name(timeZone: timeZone)))"
        case .tuple(let elements): "Tuple(\(elements.map { $0.name(timeZone: timeZone) }.joined(separator: ", ")))"
        case .map(let key, let value): "Map(\(key.name(timeZone: timeZone)), \(value.name(timeZone: timeZone)))"
        case .nullable(let type): "Nullable(\(type.name(timeZone: timeZone)))"
        case .nothing: "Nothing"
        }
    }
}
