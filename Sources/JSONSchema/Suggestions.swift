internal import AirlockCore

/// Values that may be what was meant, best first. Each is checked against the schema before it is offered, so these
/// may be bold.
enum Suggestions {
    enum Direction {
        case up, down
    }

    // MARK: Types

    static func converting(_ value: JSONValue, to types: TypeSet) -> [JSONValue] {
        var candidates: [JSONValue] = []
        switch value {
        case .string(let text):
            let word = text.trimmed
            if types.contains(.integer) || types.contains(.number), let number = JSONNumber(text: word) {
                candidates.append(.number(number))
            }
            if types.contains(.boolean) {
                if word.lowercased() == "true" { candidates.append(true) }
                if word.lowercased() == "false" { candidates.append(false) }
            }
            if types.contains(.null), word.isEmpty || word.lowercased() == "null" { candidates.append(.null) }
        case .number(let number):
            if types.contains(.integer), let double = number.double, let whole = Int64(exactly: double.rounded()) {
                candidates.append(.int(whole))
            }
            if types.contains(.string) { candidates.append(.string(number.text)) }
        case .bool(let flag):
            if types.contains(.string) { candidates.append(.string(flag ? "true" : "false")) }
        case .array(let elements):
            if elements.count == 1 { candidates.append(elements[0]) }
        case .null, .object: break
        }
        if types.contains(.array), !value.isNull { candidates.append(.array([value])) }
        return candidates
    }

    // MARK: Numbers

    /// The limit itself, and the nearest whole number and multiple of `step` beyond it.
    static func within(_ limit: JSONNumber, _ direction: Direction, step: JSONNumber?) -> [JSONValue] {
        var candidates: [JSONValue] = [.number(limit)]
        if let step { candidates += multiples(of: step, near: limit) }
        if let double = limit.double {
            let whole = direction == .up ? double.rounded(.down) + 1 : double.rounded(.up) - 1
            if let integer = Int64(exactly: whole) { candidates.append(.int(integer)) }
        }
        return candidates
    }

    /// The multiples of `step` around a number, nearest first; exact, so that 0.3 is one of 0.1.
    static func multiples(of step: JSONNumber, near number: JSONNumber) -> [JSONValue] {
        guard let value = number.double, let size = step.double, size > 0,
            let nearest = Int64(exactly: (value / size).rounded()), nearest.magnitude < 1 << 53
        else { return [] }
        return [nearest, nearest + 1, nearest - 1].compactMap { count in
            product(count, step).map(JSONValue.number)
        }
    }

    private static func product(_ count: Int64, _ step: JSONNumber) -> JSONNumber? {
        if let whole = step.int64 {
            let (value, overflow) = count.multipliedReportingOverflow(by: whole)
            return overflow ? nil : JSONNumber(value)
        }
        // The digits without their point, as an integer, and a power of ten to put it back.
        let text = step.text
        guard !text.utf8.contains(where: { $0 | 0x20 == 0x65 }) else { return nil }
        let parts = text.split(separator: ".")
        guard parts.count == 2, let digits = Int64(parts[0] + parts[1]) else { return nil }
        let (value, overflow) = count.multipliedReportingOverflow(by: digits)
        return overflow ? nil : JSONNumber(text: "\(value)e-\(parts[1].utf8.count)")
    }

    // MARK: Strings and lists

    /// The text without what often sneaks in: space around it, the wrong case.
    static func tidied(_ text: String) -> [JSONValue] {
        guard text.utf8.count <= 4096 else { return [] }
        let word = text.trimmed
        return [word, word.lowercased(), word.uppercased()].filter { $0 != text }.map(JSONValue.string)
    }

    static func nearest(to value: JSONValue, in all: [JSONValue]) -> [JSONValue] {
        // Of a long list the rest is not looked at.
        let values = all.prefix(1000)
        let names = values.compactMap(\.stringValue)
        switch value {
        case .string(let text):
            guard text.utf8.count <= 256 else { return [] }
            let word = text.trimmed
            if let same = names.first(where: { $0.lowercased() == word.lowercased() }) { return [.string(same)] }
            if let near = nearestName(to: word, in: names) { return [.string(near)] }
            return JSONNumber(text: word).map { [.number($0)].filter(values.contains) } ?? []
        case .number(let number):
            let text = JSONValue.string(number.text)
            if values.contains(text) { return [text] }
            guard let wanted = number.double else { return [] }
            let numbers = values.compactMap { value in value.doubleValue.map { (value, abs($0 - wanted)) } }
            return numbers.min { $0.1 < $1.1 }.map { [$0.0] } ?? []
        default: return values.count == 1 ? Array(values) : []
        }
    }

    static func withoutRepeats(_ elements: [JSONValue]) -> [JSONValue] {
        var seen: Set<JSONValue> = []
        return elements.filter { seen.insert($0).inserted }
    }

    // MARK: Formats

    /// What a text in a near format may have meant.
    static func repaired(_ text: String, format: String) -> [JSONValue] {
        guard text.utf8.count <= 256 else { return [] }
        let word = text.trimmed
        var candidates: [String] = []
        switch format {
        case "date":
            candidates.append(String(word.unicodeScalars.prefix(10)))
            candidates += paddedDate(word)
        case "date-time":
            let joined = String(word.map { $0 == " " ? "T" : $0 })
            candidates += [joined, joined + "Z", word + "T00:00:00Z"]
            candidates += paddedDate(word).map { $0 + "T00:00:00Z" }
        case "time": candidates += [word + "Z", word + ":00Z"]
        case "uuid":
            let digits = word.filter { $0.isHexDigit }
            if digits.utf8.count == 32 {
                var parts: [Substring] = []
                var rest = digits[...]
                for length in [8, 4, 4, 4, 12] {
                    parts.append(rest.prefix(length))
                    rest = rest.dropFirst(length)
                }
                candidates.append(parts.joined(separator: "-"))
            }
        case "uri": if word.contains(".") { candidates.append("https://" + word) }
        default: break
        }
        return candidates.map(JSONValue.string)
    }

    /// `2024/3/7` as `2024-03-07`, where the year comes first and no order has to be guessed.
    private static func paddedDate(_ text: String) -> [String] {
        let parts = text.split { "-/. ".contains($0) }
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1...].allSatisfy({ $0.utf8.count <= 2 }) else {
            return []
        }
        return [parts.map { $0.utf8.count == 1 ? "0" + $0 : String($0) }.joined(separator: "-")]
    }
}
