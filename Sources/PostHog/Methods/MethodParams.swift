internal import AirlockCore

/// The parameters of a further method, read strictly: each is named, typed and bounded, and an unknown one is refused with
/// the nearest name.
struct MethodParams {
    private let method: String
    let values: JSONObject

    /// - Throws: `invalid_argument` for a parameter that is not among `known`.
    init(_ method: String, _ values: JSONObject, known: [String]) throws(AirlockError) {
        self.method = method
        self.values = values
        guard let unknown = values.keys.first(where: { !known.contains($0) }) else { return }
        let near = nearestName(to: unknown, in: known).map { "Did you mean '\($0)'? " } ?? ""
        throw AirlockError(
            .invalidArgument, "\(method) has no parameter '\(String(unknown.prefix(64)))'",
            hint: near + (known.isEmpty ? "It has none." : "It has \(known.joined(separator: ", "))."))
    }

    private func wrong(_ name: String, _ what: String) -> AirlockError {
        AirlockError(.invalidArgument, "'\(name)' of \(method) has to be \(what)", at: .argument(name))
    }

    /// A text that is not empty; `nil` where it is absent or null.
    func text(_ name: String, maxBytes: Int = 10_000) throws(AirlockError) -> String? {
        guard let value = values[name], !value.isNull else { return nil }
        guard let text = value.stringValue, !text.isEmpty, text.utf8.count <= maxBytes else {
            throw wrong(name, "a text of 1 to \(maxBytes) bytes")
        }
        return text
    }

    func requiredText(_ name: String, maxBytes: Int = 10_000) throws(AirlockError) -> String {
        guard let text = try text(name, maxBytes: maxBytes) else { throw wrong(name, "given: a text") }
        return text
    }

    func integer(_ name: String, _ range: ClosedRange<Int>) throws(AirlockError) -> Int? {
        guard let value = values[name], !value.isNull else { return nil }
        guard let number = value.intValue, range.contains(number) else {
            throw wrong(name, "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func requiredInteger(_ name: String, _ range: ClosedRange<Int>) throws(AirlockError) -> Int {
        guard let number = try integer(name, range) else { throw wrong(name, "given: an integer") }
        return number
    }

    func flag(_ name: String) throws(AirlockError) -> Bool? {
        guard let value = values[name], !value.isNull else { return nil }
        guard let flag = value.boolValue else { throw wrong(name, "true or false") }
        return flag
    }

    func object(_ name: String) throws(AirlockError) -> JSONObject? {
        guard let value = values[name], !value.isNull else { return nil }
        guard let object = value.objectValue else { throw wrong(name, "an object") }
        return object
    }

    func texts(_ name: String, maxCount: Int) throws(AirlockError) -> [String]? {
        guard let value = values[name], !value.isNull else { return nil }
        guard let list = value.arrayValue, list.count <= maxCount else {
            throw wrong(name, "a list of at most \(maxCount) texts")
        }
        var texts: [String] = []
        for entry in list {
            guard let text = entry.stringValue, !text.isEmpty else { throw wrong(name, "a list of texts") }
            texts.append(text)
        }
        return texts
    }

    /// One of a few words.
    func choice(_ name: String, _ choices: [String]) throws(AirlockError) -> String? {
        guard let text = try text(name) else { return nil }
        guard choices.contains(text) else {
            let near = nearestName(to: text, in: choices).map { "; did you mean '\($0)'?" } ?? ""
            throw wrong(name, "one of \(choices.joined(separator: ", "))\(near)")
        }
        return text
    }

    /// A date or a time as PostHog reads it (ISO 8601), or relative to now, as `-7d`.
    func date(_ name: String) throws(AirlockError) -> String? {
        guard let text = try text(name, maxBytes: 40) else { return nil }
        let isDate = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || "-:.TZ+ hdwmyqHMs".utf8.contains(byte)
        }
        guard isDate, text.utf8.contains(where: { (0x30...0x39).contains($0) }) else {
            throw wrong(name, "a date as 2026-01-31, a time as 2026-01-31T12:00:00Z, or relative as -7d")
        }
        return text
    }
}
