internal import AirlockCore

/// JSON pointers (RFC 6901) as text.
enum JSONPointer {
    static func appending(_ token: String, to pointer: String) -> String {
        guard token.utf8.contains(where: { $0 == 0x7E || $0 == 0x2F }) else { return pointer + "/" + token }
        var escaped = ""
        for scalar in token.unicodeScalars {
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return pointer + "/" + escaped
    }

    /// The pointer without its last token; `nil` for the whole.
    static func parent(of pointer: String) -> String? {
        pointer.utf8.lastIndex(of: 0x2F).map { String(pointer[..<$0]) }
    }

    static func tokens(of pointer: String) -> [String] {
        pointer.utf8.split(separator: 0x2F, omittingEmptySubsequences: false).dropFirst().map { part in
            var token: [UInt8] = []
            var escape = false
            for byte in part {
                if escape {
                    token.append(byte == 0x31 ? 0x2F : 0x7E)
                    escape = false
                } else if byte == 0x7E {
                    escape = true
                } else {
                    token.append(byte)
                }
            }
            return String(decoding: token, as: UTF8.self)
        }
    }

    /// The value `pointer` leads to within `value`.
    static func resolve(_ pointer: String, in value: JSONValue) -> JSONValue? {
        var current = value
        for token in tokens(of: pointer) {
            switch current {
            case .object(let members):
                guard let member = members[token] else { return nil }
                current = member
            case .array(let elements):
                guard let index = Int(token), elements.indices.contains(index) else { return nil }
                current = elements[index]
            default: return nil
            }
        }
        return current
    }
}
