internal import AirlockCore

/// What a property is read as in a query; PostHog's names.
public enum PropertyType: String, Sendable, Hashable, CaseIterable {
    case string = "String"
    case numeric = "Numeric"
    case boolean = "Boolean"
    case dateTime = "DateTime"
}

/// What a property belongs to.
public enum PropertyScope: String, Sendable, Hashable, CaseIterable {
    case event, person, group, session
}

extension PropertyType {
    /// The type that a first value gives a property, as PostHog decides it.
    ///
    /// - Parameter timestamp: of the event; a number is only a time when it lies near it.
    /// - Returns: `nil` for null, an array and an object, which give none.
    static func detect(_ name: String, _ value: JSONValue, at timestamp: Int64) -> PropertyType? {
        switch value {
        case .null, .array, .object: return nil
        default: if isAlwaysString(name) { return .string }
        }
        switch value {
        case .bool: return .boolean
        case .number(let number):
            return namesTime(name) && isRecentUnixTime(number, timestamp) ? .dateTime : .numeric
        case .string(let text):
            if text == "true" || text == "false" { return .boolean }
            return looksLikeDate(text) ? .dateTime : .string
        default: return nil
        }
    }

    static func isAlwaysString(_ name: String) -> Bool {
        name.hasPrefix("utm_") || name.hasPrefix("$initial_utm_") || name.hasPrefix("$feature/")
            || name == "$feature_flag_response" || name.hasPrefix("$survey_response")
    }

    private static func namesTime(_ name: String) -> Bool {
        let lowered = name.lowercased()
        return lowered.contains("time") || lowered.contains("date") || lowered.hasSuffix("_at")
            || lowered.hasSuffix("-at")
    }

    /// From half a year before the event to ten years after it, in seconds or milliseconds.
    private static func isRecentUnixTime(_ number: JSONNumber, _ timestamp: Int64) -> Bool {
        guard let value = number.int64 else { return false }
        let (earliest, latest) = (timestamp / 1_000_000 - 183 * 86_400, timestamp / 1_000_000 + 3653 * 86_400)
        return (earliest...latest).contains(value) || (earliest...latest).contains(value / 1000)
    }

    /// `2026-01-31`, with or without a time after it.
    static func looksLikeDate(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.count >= 10, bytes.count <= 40, let first = bytes.first, (0x30...0x39).contains(first),
            bytes[bytes.index(bytes.startIndex, offsetBy: 4)] == UInt8(ascii: "-")
        else { return false }
        return TimestampReader.read(text) != nil
    }
}
