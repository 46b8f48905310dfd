public import AirlockCore

/// Header fields in their order; names are compared without regard to case (RFC 9110, section 5).
///
/// Printed, it shows names only: values hold keys.
public struct HTTPHeaders: Sendable, Hashable {
    /// A field's value.
    public enum Value: Sendable, Hashable {
        case text(String)
        /// A value that never shows: `Authorization` and its like.
        case secret(SecretText)

        /// `Bearer KEY` (RFC 6750).
        public static func bearer(_ key: SecretText) -> Value { .secret(SecretText("Bearer \(key.reveal())")) }

        var revealed: String {
            switch self {
            case .text(let text): text
            case .secret(let secret): secret.reveal()
            }
        }
    }

    public struct Field: Sendable, Hashable {
        public let name: String
        public let value: Value
    }

    public private(set) var fields: [Field] = []

    public init() {}

    /// Adds a field behind the others, also where there is one of that name.
    public mutating func append(_ name: String, _ value: Value) { fields.append(Field(name: name, value: value)) }

    /// Makes this the only field of its name.
    public mutating func set(_ name: String, _ value: Value) {
        fields.removeAll { Self.areEqual($0.name, name) }
        append(name, value)
    }

    /// The first field's value.
    public subscript(name: String) -> String? {
        fields.first { Self.areEqual($0.name, name) }?.value.revealed
    }

    /// The values of all fields of that name, in their order.
    public func values(_ name: String) -> [String] {
        fields.filter { Self.areEqual($0.name, name) }.map(\.value.revealed)
    }

    public var isEmpty: Bool { fields.isEmpty }

    /// A line that continues the last field's value (RFC 9112, section 5.2).
    mutating func continueLast(_ text: String) {
        guard let last = fields.popLast() else { return }
        append(last.name, .text("\(last.value.revealed) \(text)"))
    }

    /// Without regard to the case of ASCII letters.
    static func areEqual(_ first: String, _ second: String) -> Bool {
        first.utf8.count == second.utf8.count
            && zip(first.utf8, second.utf8).allSatisfy { lowered($0) == lowered($1) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, Value)...) {
        for (name, value) in elements { append(name, value) }
    }
}

extension HTTPHeaders.Value: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self = .text(text) }
}

extension HTTPHeaders: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "[" + fields.map(\.name).joined(separator: ", ") + "]" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:], displayStyle: .struct) }
}

extension HTTPHeaders.Value: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "…" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:], displayStyle: .enum) }
}

extension HTTPHeaders.Field: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { name }
    public var debugDescription: String { name }
    public var customMirror: Mirror { Mirror(self, children: [:], displayStyle: .struct) }
}
