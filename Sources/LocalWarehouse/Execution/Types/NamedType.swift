internal import AirlockCore
internal import HogQL

/// Types read from their names in texts, as `JSONExtract` and `accurateCast` take them.
enum NamedType {
    static func read(_ text: String, _ call: FunctionBinding) throws(AirlockError) -> ClickHouseType {
        var reader = Reader(text: text)
        guard let type = reader.type(0), reader.isAtEnd else {
            throw call.unsupported(
                "the type '\(text)'",
                hint: "Types are String, Bool, Int8 to Int64, UInt8 to UInt64, Float64, Date, DateTime, UUID, and "
                    + "Nullable, Array, Tuple and Map of these.")
        }
        return type
    }

    private struct Reader {
        private var rest: Substring

        init(text: String) { rest = Substring(text) }

        var isAtEnd: Bool { rest.allSatisfy { $0 == " " } }

        mutating func type(_ depth: Int) -> ClickHouseType? {
            guard depth < 20, let name = word() else { return nil }
            switch name {
            case "String": return .string
            case "Bool": return .bool
            case "Float64", "Float", "Double": return .float
            case "Date": return .date
            case "DateTime": return zone().map { .dateTime(zoned: $0) }
            case "UUID": return .uuid
            case "Nullable":
                guard let inner = single(depth), !inner.isContainer, !inner.isNullable else { return nil }
                return .nullable(inner)
            case "LowCardinality": return single(depth)
            case "Array": return single(depth).map(ClickHouseType.array)
            case "Tuple": return list(depth).map(ClickHouseType.tuple)
            case "Map":
                guard let parts = list(depth), parts.count == 2 else { return nil }
                return .map(parts[0], parts[1])
            case "DateTime64":
                guard take("("), let digits = word(), let scale = Int(digits), scale >= 0, scale <= 6, take(")") else {
                    return nil
                }
                return .dateTime64(zoned: false, scale: scale)
            default:
                let signed = name.hasPrefix("Int")
                guard signed || name.hasPrefix("UInt"), let bits = Int(name.drop { !$0.isNumber }),
                    [8, 16, 32, 64].contains(bits)
                else { return nil }
                return .integer(bits: bits, signed: signed)
            }
        }

        private mutating func zone() -> TimeZoneMark? {
            guard take("(") else { return TimeZoneMark.none }
            rest = rest.drop { $0 == " " }
            guard take("'"), let end = rest.firstIndex(of: "'") else { return nil }
            let name = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
            guard take(")"), let calendar = ProjectCalendar(timeZone: name) else { return nil }
            return .named(NamedZone(name: name, calendar: calendar))
        }

        private mutating func word() -> String? {
            rest = rest.drop { $0 == " " }
            let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            rest = rest.dropFirst(word.count)
            return word.isEmpty ? nil : String(word)
        }

        private mutating func take(_ mark: Character) -> Bool {
            let trimmed = rest.drop { $0 == " " }
            guard trimmed.first == mark else { return false }
            rest = trimmed.dropFirst()
            return true
        }

        private mutating func single(_ depth: Int) -> ClickHouseType? {
            guard take("("), let inner = type(depth + 1), take(")") else { return nil }
            return inner
        }

        private mutating func list(_ depth: Int) -> [ClickHouseType]? {
            guard take("(") else { return nil }
            var parts: [ClickHouseType] = []
            repeat {
                guard parts.count < 100, let part = type(depth + 1) else { return nil }
                parts.append(part)
            } while take(",")
            return take(")") ? parts : nil
        }
    }
}
