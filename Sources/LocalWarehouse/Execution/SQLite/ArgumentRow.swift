internal import AirlockCore
internal import GRDBSQLite

/// The arguments SQLite hands to a registered function, read by their static types.
struct ArgumentRow {
    let values: UnsafeMutablePointer<OpaquePointer?>?
    let types: [ClickHouseType]

    var count: Int { types.count }

    func isNull(_ index: Int) -> Bool {
        guard let value = raw(index) else { return true }
        return sqlite3_value_type(value) == SQLITE_NULL
    }

    /// Whether the value is NULL to ClickHouse; a NULL of a type that has none stands for NaN.
    func isMissing(_ index: Int) -> Bool { isNull(index) && (types[index].isNullable || types[index] == .nothing) }

    func int(_ index: Int) -> Int64 { raw(index).map { sqlite3_value_int64($0) } ?? 0 }

    func double(_ index: Int) -> Double {
        guard let value = raw(index), sqlite3_value_type(value) != SQLITE_NULL else { return .nan }
        return sqlite3_value_double(value)
    }

    /// Whether a condition holds.
    func isTrue(_ index: Int) -> Bool { !isNull(index) && double(index) != 0 }

    func value(_ index: Int) throws -> Value {
        guard let value = raw(index) else { return .null }
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
            return type.isContainer ? .array(try ValueCoding.elements(text, as: type)) : .string(text)
        }
    }

    func all() throws -> [Value] {
        var result: [Value] = []
        result.reserveCapacity(count)
        for index in 0..<count { result.append(try value(index)) }
        return result
    }

    private func raw(_ index: Int) -> OpaquePointer? { index < count ? values?[index] : nil }

    private func text(of value: OpaquePointer) -> String {
        guard let start = sqlite3_value_text(value) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
        return String(decoding: bytes, as: UTF8.self)
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
        case .array(let elements): setText(ValueCoding.text(of: elements), in: context)
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
