internal import AirlockCore

/// Containers as JSON text, which is how they stand in SQLite: a value has exactly one text, so that equal arrays are
/// equal texts and can be grouped and joined by SQLite itself.
///
/// Inside a container a float always carries a point, an exponent or a name, so that it can be told from an integer;
/// NaN and the infinities are the strings `"nan"`, `"inf"` and `"-inf"`, read back by the static type.
enum ValueCoding {
    static func text(of elements: [Value]) -> String {
        var bytes: [UInt8] = []
        append(.array(elements), to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ value: Value, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .int(let value): bytes.append(contentsOf: String(value).utf8)
        case .double(let value):
            bytes.append(contentsOf: (value.isFinite ? value.description : "\"\(NumberText.text(value))\"").utf8)
        case .string, .bytes: JSONValue.string(value.text).appendJSON(to: &bytes)
        case .array(let values):
            bytes.append(0x5B)
            for (index, element) in values.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                append(element, to: &bytes)
            }
            bytes.append(0x5D)
        }
    }

    /// Reads a container back; what does not fit the type is a fault of the database's content.
    static func elements(_ text: String, as type: ClickHouseType) throws(ExecutionFault) -> [Value] {
        guard let json = try? JSONValue(json: text), let value = value(json, as: type) else {
            throw ExecutionFault("a stored array is not valid")
        }
        return value.elements
    }

    private static func value(_ json: JSONValue, as type: ClickHouseType) -> Value? {
        switch (type, json) {
        case (.nullable, .null), (.nothing, .null): return .null
        case (.nullable(let inner), _): return value(json, as: inner)
        case (.array(let element), .array(let values)):
            var result: [Value] = []
            result.reserveCapacity(values.count)
            for item in values {
                guard let value = value(item, as: element) else { return nil }
                result.append(value)
            }
            return .array(result)
        case (.tuple(let types), .array(let values)):
            guard types.count == values.count else { return nil }
            var result: [Value] = []
            for (item, type) in zip(values, types) {
                guard let value = value(item, as: type) else { return nil }
                result.append(value)
            }
            return .array(result)
        case (.map(let key, let element), .array): return Self.value(json, as: .array(.tuple([key, element])))
        case (.string, .string(let text)), (.fixedString, .string(let text)), (.uuid, .string(let text)):
            return .string(text)
        case (.float, .number(let number)): return number.double.map(Value.double)
        case (.float, .string(let name)):
            return .double(name == "inf" ? .infinity : name == "-inf" ? -.infinity : .nan)
        case (_, .number(let number)): return number.int64.map(Value.int)
        case (_, .bool(let flag)): return .bool(flag)
        default: return nil
        }
    }
}

/// A failure while rows are being computed: division by zero, a value that does not fit. Its text reaches the user.
struct ExecutionFault: Error, Sendable {
    let message: String

    init(_ message: String) { self.message = message }
}
