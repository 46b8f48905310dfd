/// Reading a key of a JSON column, by PostHog's rule for the property's type.
enum Properties {
    static func node(
        _ column: Node, _ path: [Value], _ type: QuerySchema.PropertyType, _ calendar: ProjectCalendar
    ) -> Node {
        let key = "property \(type.rawValue) \(path)"
        let result: ClickHouseType =
            switch type {
            case .string: .string
            case .numeric: .float
            case .boolean: .bool
            case .dateTime: .dateTime64(zoned: true)
            }
        let read: @Sendable (String) -> String? = { json in
            var scanner = JSONScanner(json)
            guard let raw = type == .string || type == .dateTime ? scanner.raw(at: path) : scanner.token(at: path)
            else { return nil }
            return stripped(raw)
        }
        let call = ScalarCall(key) { values in
            guard let text = read(values[0].text) else { return .null }
            switch type {
            case .string: return .string(text)
            case .numeric: return NumberText.double(text).map(Value.double) ?? .null
            case .boolean: return text == "true" ? .int(1) : text == "false" ? .int(0) : .null
            case .dateTime: return DateTimeReader.bestEffort(text, calendar: calendar).map(Value.int) ?? .null
            }
        }
        return .call(call, .nullable(result), [column])
    }

    /// Without one double quote at either end; escapes inside stay, as PostHog leaves them. `nil` for null.
    static func stripped(_ raw: String) -> String? {
        if raw == "null" { return nil }
        var text = Substring(raw)
        if text.utf8.first == 0x22 { text = text.dropFirst() }
        if text.utf8.last == 0x22 { text = text.dropLast() }
        return String(text)
    }
}
