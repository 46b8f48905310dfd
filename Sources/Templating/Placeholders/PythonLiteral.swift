public import AirlockCore

/// Writes JSON values as Python literals.
///
/// Numbers stand in parentheses, so that `{{ n }}.bit_length()`, `2 ** {{ n }}` and `-{{ n }}` mean what they say. Of a
/// string's characters all that `str.isprintable` denies are escaped: controls, separators, bidirectional marks and
/// what is not assigned.
public struct PythonLiteral: LiteralEncoder {
    /// More containers inside each other are refused: Python's parser stops at 200 open brackets, and the script around
    /// the placeholder has brackets of its own.
    public static let maxDepth = 100

    public init() {}

    public func encode(_ value: JSONValue) throws(AirlockError) -> String {
        var text = ""
        if case .number = value {
            text.append("(")
            try append(value, to: &text, depth: 0)
            text.append(")")
        } else {
            try append(value, to: &text, depth: 0)
        }
        return text
    }

    private func append(_ value: JSONValue, to text: inout String, depth: Int) throws(AirlockError) {
        switch value {
        case .null: text += "None"
        case .bool(let flag): text += flag ? "True" : "False"
        case .number(let number):
            // A decimal outside the range of a float would become inf; an integer has no range.
            guard number.isWrittenAsInteger || number.double != nil else {
                throw AirlockError(
                    .invalidVariables, "a number lies outside the range of a Python float",
                    hint: "Numbers with a fraction or an exponent reach to about 1.8e308.")
            }
            text += number.text
        case .string(let string): append(string, to: &text)
        case .array(let elements):
            try enter(depth)
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += ", " }
                try append(element, to: &text, depth: depth + 1)
            }
            text += "]"
        case .object(let members):
            try enter(depth)
            text += "{"
            var isFirst = true
            for (key, member) in members {
                if !isFirst { text += ", " }
                isFirst = false
                append(key, to: &text)
                text += ": "
                try append(member, to: &text, depth: depth + 1)
            }
            text += "}"
        }
    }

    private func enter(_ depth: Int) throws(AirlockError) {
        guard depth < Self.maxDepth else {
            throw AirlockError(
                .invalidVariables, "a value has more than \(Self.maxDepth) containers inside each other",
                hint: "Python's parser would refuse it; give the value a flatter shape.")
        }
    }

    private func append(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if Self.isPrintable(scalar) {
                    text.unicodeScalars.append(scalar)
                } else {
                    text += Self.escape(scalar)
                }
            }
        }
        text += "\""
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        let (mark, width) = scalar.value < 0x100 ? ("\\x", 2) : scalar.value < 0x10000 ? ("\\u", 4) : ("\\U", 8)
        return mark + String(repeating: "0", count: width - digits.utf8.count) + digits
    }
}
