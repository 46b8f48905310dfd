/// Reads the raw text of a JSON value as a ClickHouse type, as `JSONExtract` does: numbers out of texts and the other
/// way round, but no truth value as a number where the plain functions ask.
struct JSONReader: Sendable {
    private let type: ClickHouseType
    private let calendar: ProjectCalendar

    /// `nil` for a type that JSON is not read as.
    init?(_ type: ClickHouseType, _ calendar: ProjectCalendar) {
        guard Self.isReadable(type) else { return nil }
        (self.type, self.calendar) = (type, calendar)
    }

    private static func isReadable(_ type: ClickHouseType) -> Bool {
        switch type {
        case .string, .bool, .float, .uuid, .date, .dateTime, .dateTime64: true
        case .integer: true
        case .nullable(let inner), .array(let inner): isReadable(inner)
        case .tuple(let elements): elements.allSatisfy(isReadable)
        case .map(let key, let value): key == .string && isReadable(value)
        default: false
        }
    }

    /// `nil` where the value is no such thing.
    func value(_ raw: String) throws -> Value? { try value(raw, type) }

    private func value(_ raw: String, _ type: ClickHouseType) throws -> Value? {
        switch type {
        case .nullable(let inner): return raw == "null" ? .null : try value(raw, inner) ?? .null
        case .string: return Self.string(raw)
        case .bool: return Self.bool(raw).map(Value.bool)
        case .float: return Self.float(raw).map(Value.double)
        case .integer(let bits, let signed):
            if raw == "true" || raw == "false" { return .bool(raw == "true") }
            if bits == 64, !signed, UInt64(Self.inside(raw)) ?? 0 > Int64.max {
                throw ExecutionFault("JSONExtract met a number beyond 9223372036854775807")
            }
            return Self.integer(raw, type).map(Value.int)
        case .uuid: return JSONScanner.text(ofRaw: raw).flatMap(Conversions.uuid).map(Value.string)
        case .date:
            return JSONScanner.text(ofRaw: raw).flatMap { DateTimeReader.date($0, allowRest: true) }.map(Value.int)
        case .dateTime, .dateTime64:
            guard let text = JSONScanner.text(ofRaw: raw) else { return nil }
            return DateTimeReader.bestEffort(text, calendar: type.calendar(calendar)).map(Value.int)
        case .array(let element):
            guard raw.utf8.first == 0x5B, let entries = Self.entries(raw) else { return nil }
            var items: [Value] = []
            for entry in entries { items.append(try value(entry.raw, element) ?? element.defaultValue) }
            return .array(items)
        case .tuple(let elements):
            guard raw.utf8.first == 0x5B, let entries = Self.entries(raw) else { return nil }
            var items: [Value] = []
            for (index, element) in elements.enumerated() {
                items.append(
                    try index < entries.count
                        ? value(entries[index].raw, element) ?? element.defaultValue
                        : element.defaultValue)
            }
            return .array(items)
        case .map(_, let element):
            guard raw.utf8.first == 0x7B, let entries = Self.entries(raw) else { return nil }
            return .array(
                try entries.map {
                    .array([.string($0.key ?? ""), try value($0.raw, element) ?? element.defaultValue])
                })
        default: return nil
        }
    }

    private static func entries(_ raw: String) -> [(key: String?, raw: String)]? {
        var scanner = JSONScanner(raw)
        return scanner.entries(at: [])
    }

    /// A number's or text's inside.
    static func inside(_ raw: String) -> String { JSONScanner.text(ofRaw: raw) ?? raw }

    static func string(_ raw: String) -> Value? {
        raw == "null" ? nil : .string(JSONScanner.text(ofRaw: raw) ?? raw)
    }

    static func bool(_ raw: String) -> Bool? {
        switch raw {
        case "true": true
        case "false": false
        default: Int64(raw).map { $0 != 0 }
        }
    }

    static func float(_ raw: String) -> Double? {
        raw.utf8.first == 0x7B || raw.utf8.first == 0x5B ? nil : NumberText.double(inside(raw))
    }

    /// Fractions are cut off; what does not fit the type is `nil`.
    static func integer(_ raw: String, _ type: ClickHouseType) -> Int64? {
        let text = inside(raw)
        guard let shape = type.integerShape else { return nil }
        let whole = Int64(text) ?? NumberText.double(text).flatMap { Int64(exactly: $0.rounded(.towardZero)) }
        return whole.flatMap { Conversions.fits($0, bits: shape.bits, signed: shape.signed) ? $0 : nil }
    }

    /// `JSONType`'s names.
    static func typeName(_ token: String) -> String {
        switch token.utf8.first {
        case 0x22: "String"
        case 0x5B: "Array"
        case 0x7B: "Object"
        case 0x74, 0x66: "Bool"
        case 0x6E, nil: "Null"
        default: Int64(token) != nil ? "Int64" : UInt64(token) != nil ? "UInt64" : "Double"
        }
    }
}
