internal import AirlockCore

/// Turns a text from the command line or the environment into a value of a variable's declared type.
enum TextValue {
    struct Mismatch: Error {
        /// What was expected, without the text itself.
        var message: String
    }

    /// The types are tried from the narrowest to the widest: null, boolean, integer, number, array, object, string.
    /// Whatever allows a string takes any text.
    static func read(_ text: String, schema: JSONValue, isNullable: Bool) -> Result<JSONValue, Mismatch> {
        let types = VariableDeclaration.types(of: schema)
        if types.isEmpty { return .success(untyped(text, schema)) }
        let trimmed = Substring(text).trimmed
        if isNullable, trimmed == "null" { return .success(.null) }
        var failure: String?
        for type in ["boolean", "integer", "number", "array", "object"] where types.contains(type) {
            switch convert(trimmed, to: type, schema) {
            case .success(let value): return .success(value)
            case .failure(let mismatch): failure = failure ?? mismatch.message
            }
        }
        if types.contains("string") { return .success(.string(text)) }
        if types.count - (isNullable ? 1 : 0) > 1 || failure == nil {
            let names = types.joined(separator: " or ")
            return .failure(Mismatch(message: "must be of type \(names)"))
        }
        return .failure(Mismatch(message: failure ?? "must be of another type"))
    }

    private static func convert(_ text: String, to type: String, _ schema: JSONValue) -> Result<JSONValue, Mismatch> {
        switch type {
        case "boolean":
            switch text {
            case "true": return .success(true)
            case "false": return .success(false)
            default: return .failure(Mismatch(message: "must be true or false"))
            }
        case "integer":
            guard let number = JSONNumber(text: text), number.isInteger else {
                return .failure(Mismatch(message: "must be a whole number"))
            }
            return .success(.number(number))
        case "number":
            guard let number = JSONNumber(text: text) else { return .failure(Mismatch(message: "must be a number")) }
            return .success(.number(number))
        case "array":
            if text.utf8.first != 0x5B { return list(text, schema["items"] ?? .bool(true)) }
            return json(text, "a JSON array such as [\"a\", \"b\"]") { $0.arrayValue != nil }
        default:
            return json(text, "a JSON object such as {\"a\": 1}") { $0.objectValue != nil }
        }
    }

    /// `a,b`: for arrays of plain values.
    private static func list(_ text: String, _ items: JSONValue) -> Result<JSONValue, Mismatch> {
        if text.isEmpty { return .success([]) }
        let types = VariableDeclaration.types(of: items)
        guard !types.contains("array"), !types.contains("object") else {
            return .failure(Mismatch(message: "must be a JSON array, starting with '['"))
        }
        var elements: [JSONValue] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let element =
                types.isEmpty
                ? .success(.string(part.trimmed))
                : read(part.trimmed, schema: items, isNullable: types.contains("null"))
            switch element {
            case .success(let value): elements.append(value)
            case .failure(let mismatch):
                return .failure(Mismatch(message: "each element of the list \(mismatch.message)"))
            }
        }
        return .success(.array(elements))
    }

    private static func json(
        _ text: String, _ expected: String, _ fits: (JSONValue) -> Bool
    ) -> Result<JSONValue, Mismatch> {
        do throws(JSONSyntaxError) {
            let value = try JSONValue(json: text)
            return fits(value) ? .success(value) : .failure(Mismatch(message: "must be \(expected)"))
        } catch {
            return .failure(Mismatch(message: "must be \(expected): \(error.reason) at column \(error.column)"))
        }
    }

    /// Without a type: a member of `enum` that reads so, else JSON, else the text itself.
    private static func untyped(_ text: String, _ schema: JSONValue) -> JSONValue {
        let members = schema["enum"]?.arrayValue ?? schema["const"].map { [$0] } ?? []
        if members.contains(.string(text)) { return .string(text) }
        return (try? JSONValue(json: text)) ?? .string(text)
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let spaces: Set<Character> = [" ", "\t", "\n", "\r", "\r\n"]
        let start = drop { spaces.contains($0) }
        guard let last = start.lastIndex(where: { !spaces.contains($0) }) else { return "" }
        return String(start[...last])
    }
}
