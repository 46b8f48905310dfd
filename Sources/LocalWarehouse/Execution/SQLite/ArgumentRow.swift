internal import AirlockCore
internal import GRDBSQLite

/// The arguments of a function, read by their static types: those that SQLite hands over, or given values.
struct ArgumentRow {
    private let values: UnsafeMutablePointer<OpaquePointer?>?
    /// In the place of `values`.
    private let given: [Value]
    let types: [ClickHouseType]

    init(values: UnsafeMutablePointer<OpaquePointer?>?, types: [ClickHouseType]) {
        (self.values, self.types) = (values, types)
        given = []
    }

    init(_ given: [Value], types: [ClickHouseType]) {
        (self.given, self.types) = (given, types)
        values = nil
    }

    var count: Int { types.count }

    func isNull(_ index: Int) -> Bool {
        guard let value = raw(index) else { return given(index).isNull }
        return sqlite3_value_type(value) == SQLITE_NULL
    }

    /// Whether the value is NULL to ClickHouse; a NULL of a type that has none stands for NaN.
    func isMissing(_ index: Int) -> Bool { isNull(index) && (types[index].isNullable || types[index] == .nothing) }

    func int(_ index: Int) -> Int64 { raw(index).map { sqlite3_value_int64($0) } ?? given(index).intValue ?? 0 }

    func double(_ index: Int) -> Double {
        guard let value = raw(index) else { return given(index).doubleValue ?? .nan }
        guard sqlite3_value_type(value) != SQLITE_NULL else { return .nan }
        return sqlite3_value_double(value)
    }

    /// Whether a condition holds.
    func isTrue(_ index: Int) -> Bool { !isNull(index) && double(index) != 0 }

    func value(_ index: Int) throws -> Value {
        guard let value = raw(index) else { return given(index) }
        let type = types[index]
        switch sqlite3_value_type(value) {
        case SQLITE_NULL: return type == .float ? .double(.nan) : .null
        case SQLITE_INTEGER:
            let number = sqlite3_value_int64(value)
            return type.isFloat ? .double(Double(number)) : .int(number)
        case SQLITE_FLOAT:
            guard type.isFloat else { throw ExecutionFault("an integer is out of range") }
            return .double(sqlite3_value_double(value))
        default:
            let text = text(of: value)
            return type.isContainer ? .array(try ValueCoding.elements(text.text, as: type)) : text
        }
    }

    func all() throws -> [Value] {
        var result: [Value] = []
        result.reserveCapacity(count)
        for index in 0..<count { result.append(try value(index)) }
        return result
    }

    private func raw(_ index: Int) -> OpaquePointer? { index < count ? values?[index] : nil }

    private func given(_ index: Int) -> Value { index < given.count ? given[index] : .null }

    private func text(of value: OpaquePointer) -> Value {
        guard let start = sqlite3_value_text(value) else { return .string("") }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
        // One pass over the bytes that tells whether they are UTF-8 and copies them.
        return String(validating: bytes, as: UTF8.self).map(Value.string) ?? .bytes(Array(bytes))
    }
}

/// Gives a value to SQLite in its one representation.
enum SQLiteResult {
    static func set(_ value: Value, as type: ClickHouseType, in context: OpaquePointer?) throws {
        switch value {
        case .null: sqlite3_result_null(context)
        case .int(let number):
            if type.isFloat {
                sqlite3_result_double(context, Double(number))
            } else {
                sqlite3_result_int64(context, number)
            }
        case .double(let number):
            if number.isNaN, type.isNullable {
                throw ExecutionFault("a NaN came up where NULL may stand too, and the two cannot be told apart here")
            }
            // SQLite turns NaN into NULL by itself.
            sqlite3_result_double(context, number)
        case .string(let text): setText(text, in: context)
        case .bytes(let bytes):
            bytes.withUnsafeBytes { bytes in
                let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                sqlite3_result_text64(context, start, UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
            }
        case .array(let elements):
            guard !value.holdsBytes else {
                throw ExecutionFault("text that is not UTF-8 cannot stand in an array here; use hex(x)")
            }
            setText(ValueCoding.text(of: elements), in: context)
        }
    }

    private static func setText(_ text: String, in context: OpaquePointer?) {
        var copy = text
        copy.withUTF8 { bytes in
            guard let start = bytes.baseAddress else {
                sqlite3_result_text(context, "", 0, transient)
                return
            }
            start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { start in
                sqlite3_result_text64(context, start, UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
            }
        }
    }

    /// `SQLITE_TRANSIENT`: SQLite copies the bytes before the call returns.
    private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
