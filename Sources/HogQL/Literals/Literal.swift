public import AirlockCore

/// Encodes values as HogQL text. What is encoded here reads back as the same value through PostHog's parser.
///
/// Wherever a query goes to a server that binds values, bind them; this is for what has no binding.
public enum Literal {
    /// A string in single quotes.
    ///
    /// - Throws: `invalid_query` for a NUL character, which PostHog deletes or passes on depending on how it is written.
    public static func string(_ value: String) throws(AirlockError) -> String {
        guard !value.utf8.contains(0) else {
            throw AirlockError(.invalidQuery, "a string with a NUL character cannot stand in a query")
        }
        return encoded(value)
    }

    /// A string from UTF-16 code units, as a script's runtime may hand it over.
    ///
    /// - Throws: `invalid_query` for a lone surrogate or a NUL.
    public static func string(utf16 units: [UInt16]) throws(AirlockError) -> String {
        guard let value = String(validating: units, as: UTF16.self) else {
            throw AirlockError(.invalidQuery, "a string with a lone surrogate cannot stand in a query")
        }
        return try string(value)
    }

    /// A name, bare where that is possible and else in backticks.
    ///
    /// - Throws: `invalid_query` for an empty name and for one with `%` or NUL, which PostHog refuses.
    public static func identifier(_ name: String) throws(AirlockError) -> String {
        quoted(try checked([name])[0].name)
    }

    /// Where a key of a column of JSON stands in a query: `properties.plan`, or `properties['%']` where the name is none.
    public static func member(_ name: String, of column: String) -> String {
        if let name = try? identifier(name) { return "\(column).\(name)" }
        return "\(column)[\((try? string(name)) ?? "''")]"
    }

    /// The names as nodes of a tree.
    ///
    /// - Throws: as ``identifier(_:)``.
    static func checked(_ names: [String]) throws(AirlockError) -> [Identifier] {
        for name in names {
            guard !name.isEmpty else { throw AirlockError(.invalidQuery, "a name cannot be empty") }
            guard !name.utf8.contains(where: { $0 == 0 || $0 == 0x25 }) else {
                throw AirlockError(
                    .invalidQuery, "a name with '%' or a NUL character cannot stand in a query",
                    hint: "A property of any name is reached by properties['name'].")
            }
        }
        return names.map { Identifier($0) }
    }

    /// A point in time: `toDateTime('2024-05-01 13:00:00.250000')`, read in the project's time zone.
    ///
    /// - Parameter microsecond: 0 to 999,999.
    /// - Throws: `invalid_query` when a part is out of range.
    public static func dateTime(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, microsecond: Int = 0
    ) throws(AirlockError) -> String {
        let text = try dateTimeText(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond)
        return "toDateTime('\(text)')"
    }

    /// A calendar day: `toDate('2024-05-01')`.
    ///
    /// - Throws: `invalid_query` when a part is out of range.
    public static func date(year: Int, month: Int, day: Int) throws(AirlockError) -> String {
        "toDate('\(try dateText(year: year, month: month, day: day))')"
    }

    static func dateTimeText(
        year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, microsecond: Int
    ) throws(AirlockError) -> String {
        let date = try dateText(year: year, month: month, day: day)
        guard 0...23 ~= hour, 0...59 ~= minute, 0...59 ~= second, 0...999_999 ~= microsecond else {
            throw AirlockError(.invalidQuery, "the time is out of range")
        }
        return "\(date) \(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2)).\(padded(microsecond, 6))"
    }

    static func dateText(year: Int, month: Int, day: Int) throws(AirlockError) -> String {
        guard 1...9999 ~= year, 1...12 ~= month, day >= 1, day <= daysOf(month: month, year: year) else {
            throw AirlockError(.invalidQuery, "the date is out of range")
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// `[a, b, c]` of JSON values.
    ///
    /// - Throws: `invalid_query` for what ``value(_:)`` refuses.
    public static func list(_ values: [JSONValue]) throws(AirlockError) -> String {
        try value(.array(values))
    }

    /// A JSON value: null, a truth value, a number, a string, or an array of them.
    ///
    /// - Throws: `invalid_query` for an object, a string with NUL, a number beyond `Double`, and more than 32 levels.
    public static func value(_ value: JSONValue) throws(AirlockError) -> String {
        QueryPrinter.text(of: try QueryExpression(json: value))
    }

    /// A LIKE pattern's text for data that stands for itself: `\`, `%` and `_` are escaped. It is not yet a literal.
    public static func likePattern(_ data: String) -> String {
        var escaped: [UInt8] = []
        for byte in data.utf8 {
            if byte == 0x5C || byte == 0x25 || byte == 0x5F { escaped.append(0x5C) }
            escaped.append(byte)
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    // MARK: Encoding what is known to be possible

    static func encoded(_ value: String) -> String { "'\(escaped(value, template: false))'" }

    /// - Parameter template: inside an f-string, where an opening brace is escaped too.
    static func escaped(_ value: String, template: Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(value.utf8.count + 2)
        for byte in value.utf8 {
            switch byte {
            case 0x5C, 0x27: bytes += [0x5C, byte]
            case 0x7B where template: bytes += [0x5C, byte]
            case 0x0A: bytes += [0x5C, 0x6E]
            case 0x0D: bytes += [0x5C, 0x72]
            case 0x09: bytes += [0x5C, 0x74]
            case 0x08: bytes += [0x5C, 0x62]
            case 0x0C: bytes += [0x5C, 0x66]
            case 0x07: bytes += [0x5C, 0x61]
            case 0x0B: bytes += [0x5C, 0x76]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func quoted(_ name: String) -> String {
        let bytes = Array(name.utf8)
        let isBare = !bytes.isEmpty && !isDigit(bytes[0]) && bytes.allSatisfy(isWordByte)
        if isBare, !isReservedName(bytes) { return name }
        var quoted: [UInt8] = [0x60]
        for byte in bytes {
            switch byte {
            case 0x60, 0x5C: quoted += [byte, byte]
            case 0x0A: quoted += [0x5C, 0x6E]
            case 0x0D: quoted += [0x5C, 0x72]
            default: quoted.append(byte)
            }
        }
        return String(decoding: quoted + [0x60], as: UTF8.self)
    }

    /// A name that is not to stand bare everywhere.
    private static func isReservedName(_ name: [UInt8]) -> Bool {
        if let keyword = Keyword(name[...]) { return !keyword.isSafeName }
        return ["true", "false", "team_id"].contains(String(decoding: name, as: UTF8.self).lowercased())
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    private static func daysOf(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Keyword {
    /// Words that read as names wherever the printer puts a name.
    var isSafeName: Bool {
        switch self {
        case .id, .key, .name, .day, .hour, .minute, .month, .week, .quarter, .year, .second, .first, .last, .time,
            .date, .timestamp:
            true
        default: false
        }
    }

    /// Words that read as a function's name before a parenthesis.
    var isSafeFunctionName: Bool {
        switch self {
        case .if, .left, .right, .replace, .any, .range, .substring, .trim, .and, .or, .not, .in, .like, .ilike: true
        default: isSafeName
        }
    }
}
