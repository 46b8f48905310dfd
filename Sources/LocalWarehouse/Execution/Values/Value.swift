#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A value inside a query. Its meaning comes from its ``ClickHouseType``: an `int` is an integer, a truth value, days
/// of a `Date` or microseconds of a `DateTime`; a tuple is an `array`.
enum Value: Sendable {
    case null
    case int(Int64)
    case double(Double)
    case string(String)
    /// Text that is not UTF-8; what is UTF-8 is always a `string`.
    case bytes([UInt8])
    case array([Value])
}

extension Value {
    var isNull: Bool { if case .null = self { true } else { false } }

    static func bool(_ value: Bool) -> Value { .int(value ? 1 : 0) }

    var intValue: Int64? { if case .int(let value) = self { value } else { nil } }

    /// Whether a text with a NUL is in it.
    var holdsNUL: Bool {
        switch self {
        case .string(let text): text.utf8.contains(0)
        case .array(let values): values.contains(where: \.holdsNUL)
        default: false
        }
    }

    /// Any number as a `Double`.
    var doubleValue: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The text; bytes that are not UTF-8 read as U+FFFD, so what must see them asks for ``utf8`` instead.
    var text: String {
        switch self {
        case .string(let value): value
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        default: ""
        }
    }

    /// A text's bytes.
    var utf8: [UInt8] {
        switch self {
        case .string(let value): Array(value.utf8)
        case .bytes(let bytes): bytes
        default: []
        }
    }

    /// A text from its bytes, whether they are UTF-8 or not.
    static func text(_ bytes: some Collection<UInt8>) -> Value {
        if let value = bytes.withContiguousStorageIfAvailable({ text($0) }) { return value }
        return Array(bytes).withUnsafeBufferPointer { text($0) }
    }

    /// A text out of memory, which is compared at once.
    static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> Value {
        var text = String(decoding: bytes, as: UTF8.self)
        let isSame = text.withUTF8 { own in
            guard own.count == bytes.count else { return false }
            guard let left = own.baseAddress, let right = bytes.baseAddress else { return true }
            return memcmp(left, right, own.count) == 0
        }
        return isSame ? .string(text) : .bytes(Array(bytes))
    }

    var isBytes: Bool { if case .bytes = self { true } else { false } }

    /// Whether a text that is not UTF-8 is in it.
    var holdsBytes: Bool {
        switch self {
        case .bytes: true
        case .array(let values): values.contains(where: \.holdsBytes)
        default: false
        }
    }

    var elements: [Value] { if case .array(let values) = self { values } else { [] } }

    /// Whether a condition holds: NULL, zero and NaN do not.
    var isTrue: Bool {
        switch self {
        case .int(let value): value != 0
        case .double(let value): value != 0 && !value.isNaN
        default: false
        }
    }
}

extension Value: Hashable {
    static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.int(let a), .int(let b)): a == b
        case (.double(let a), .double(let b)): a == b || (a.isNaN && b.isNaN)
        case (.int(let a), .double(let b)), (.double(let b), .int(let a)): Double(a) == b
        // By bytes: Swift's own equality folds canonically equal strings together.
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.bytes(let a), .bytes(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        default: false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .int(let value): hasher.combine(Double(value))
        case .double(let value): hasher.combine(value.isNaN ? Double.infinity : value)
        case .string(let value):
            var copy = value
            copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .bytes(let bytes): hasher.combine(bytes)
        case .array(let values): hasher.combine(values)
        }
    }
}

/// How two values stand to each other.
enum Ordering: Int, Sendable {
    case ascending = -1
    case same = 0
    case descending = 1

    init(_ left: Int64, _ right: Int64) { self = left < right ? .ascending : left > right ? .descending : .same }
    init(_ left: Double, _ right: Double) { self = left < right ? .ascending : left > right ? .descending : .same }
}

extension Value {
    /// The order of ORDER BY ASC and of `arraySort`: NULL last, NaN before it, strings by bytes, UUIDs by their second
    /// half first (ClickHouse compares the halves so).
    static func order(_ left: Value, _ right: Value, as type: ClickHouseType) -> Ordering {
        switch (left, right) {
        case (.null, .null): return .same
        case (.null, _): return .descending
        case (_, .null): return .ascending
        case (.int(let a), .int(let b)): return Ordering(a, b)
        case (.string(let a), .string(let b)):
            if type.inner == .uuid { return order(uuidSortKey(a), uuidSortKey(b)) }
            return order(a, b)
        case (.bytes, .bytes), (.bytes, .string), (.string, .bytes):
            let (a, b) = (left.utf8, right.utf8)
            return a == b ? .same : a.lexicographicallyPrecedes(b) ? .ascending : .descending
        case (.array(let a), .array(let b)):
            for (index, (x, y)) in zip(a, b).enumerated() {
                let element: ClickHouseType
                switch type {
                case .array(let inner): element = inner
                case .map(let key, let value): element = .tuple([key, value])
                case .tuple(let inner) where index < inner.count: element = inner[index]
                default: element = .nothing
                }
                let order = order(x, y, as: element)
                if order != .same { return order }
            }
            return Ordering(Int64(a.count), Int64(b.count))
        default:
            let (a, b) = (left.doubleValue ?? .nan, right.doubleValue ?? .nan)
            if a.isNaN || b.isNaN { return Ordering(Int64(a.isNaN ? 1 : 0), Int64(b.isNaN ? 1 : 0)) }
            return Ordering(a, b)
        }
    }

    /// By UTF-8 bytes.
    static func order(_ left: String, _ right: String) -> Ordering {
        if left.utf8.elementsEqual(right.utf8) { return .same }
        return left.utf8.lexicographicallyPrecedes(right.utf8) ? .ascending : .descending
    }

    static func uuidSortKey(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return text }
        return String(decoding: bytes[19...], as: UTF8.self) + String(decoding: bytes[..<19], as: UTF8.self)
    }
}
