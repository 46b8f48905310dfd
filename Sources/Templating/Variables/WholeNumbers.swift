internal import AirlockCore

/// Gives whole numbers the form their declaration asks for.
///
/// To JSON Schema 7, 7.0 and 70e-1 are one integer; to Python the first is an `int` and the others are a `float`.
/// Where a schema says `integer`, the script is to find an `int`.
enum WholeNumbers {
    static func normalised(_ value: JSONValue, _ schema: JSONValue) -> JSONValue {
        switch value {
        case .number(let number):
            let types = VariableDeclaration.types(of: schema)
            guard types.contains("integer"), !types.contains("number"), !number.isWrittenAsInteger,
                let whole = integer(number)
            else { return value }
            return .number(whole)
        case .array(let elements):
            let prefix = schema["prefixItems"]?.arrayValue ?? []
            guard let items = schema["items"] ?? prefix.first else { return value }
            return .array(
                elements.enumerated().map { index, element in
                    if index < prefix.count { return normalised(element, prefix[index]) }
                    return schema["items"] == nil ? element : normalised(element, items)
                })
        case .object(let members):
            let properties = schema["properties"]?.objectValue ?? [:]
            let others = schema["additionalProperties"]
            return .object(
                JSONObject(
                    members.map { key, member in
                        (key, (properties[key] ?? others).map { normalised(member, $0) } ?? member)
                    }))
        default: return value
        }
    }

    /// The number written out with neither point nor exponent; `nil` when it is not whole or too long to write.
    private static func integer(_ number: JSONNumber) -> JSONNumber? {
        guard number.isInteger else { return nil }
        if let value = number.int64 { return JSONNumber(value) }
        var (digits, exponent, fraction) = ([UInt8](), 0, false)
        let text = number.text.utf8
        let mantissa = text.prefix { $0 | 0x20 != 0x65 }
        for byte in mantissa {
            switch byte {
            case 0x2E: fraction = true
            case 0x2D: continue
            default:
                digits.append(byte)
                if fraction { exponent -= 1 }
            }
        }
        let power = text.dropFirst(mantissa.count + 1)
        exponent += Int(String(decoding: power, as: UTF8.self)) ?? 0
        guard exponent <= 4000 else { return nil }
        if exponent >= 0 {
            digits += [UInt8](repeating: 0x30, count: exponent)
        } else {
            // Whole, so what is cut off is zeros.
            digits.removeLast(min(-exponent, digits.count))
        }
        let significant = digits.drop { $0 == 0x30 }
        let sign = text.first == 0x2D ? "-" : ""
        return JSONNumber(text: significant.isEmpty ? "0" : sign + String(decoding: significant, as: UTF8.self))
    }
}
