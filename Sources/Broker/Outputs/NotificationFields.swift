internal import AirlockCore

/// Reads the members of a notification, each with its type and size.
struct NotificationFields {
    static let maxNameBytes = 256
    static let maxTitleBytes = 1024
    static let maxExceptionBytes = 4096
    static let maxMessageBytes = 16384

    let method: String
    let params: JSONObject

    func text(_ key: String, maxBytes: Int) throws(InvalidNotification) -> String {
        guard let text = params[key]?.stringValue else {
            throw InvalidNotification("'\(key)' of \(method) has to be a text")
        }
        guard text.utf8.count <= maxBytes else {
            throw InvalidNotification("'\(key)' of \(method) is longer than \(maxBytes) bytes")
        }
        return text
    }

    func optionalText(_ key: String, maxBytes: Int) throws(InvalidNotification) -> String? {
        (params[key] ?? .null).isNull ? nil : try text(key, maxBytes: maxBytes)
    }

    /// A text of which the start is enough; what is cut off is counted at its end.
    func cutText(_ key: String, maxBytes: Int) throws(InvalidNotification) -> String {
        let whole = try text(key, maxBytes: .max)
        guard whole.utf8.count > maxBytes else { return whole }
        var end = whole.utf8.index(whole.startIndex, offsetBy: maxBytes)
        while end > whole.startIndex, end.samePosition(in: whole.unicodeScalars) == nil {
            end = whole.utf8.index(before: end)
        }
        return "\(whole[..<end])… (\(whole.utf8.count - maxBytes) bytes more)"
    }

    func optionalCutText(_ key: String, maxBytes: Int) throws(InvalidNotification) -> String? {
        (params[key] ?? .null).isNull ? nil : try cutText(key, maxBytes: maxBytes)
    }

    func title() throws(InvalidNotification) -> String? {
        try optionalText("title", maxBytes: NotificationFields.maxTitleBytes)
    }

    func name<Name: RawRepresentable & CaseIterable>(
        _ key: String, _ type: Name.Type
    ) throws(InvalidNotification) -> Name where Name.RawValue == String {
        let text = try text(key, maxBytes: NotificationFields.maxNameBytes)
        if let name = Name(rawValue: text) { return name }
        let known = Name.allCases.map(\.rawValue)
        let nearest = nearestName(to: text, in: known).map { "; did you mean '\($0)'?" } ?? ""
        throw InvalidNotification("'\(key)' of \(method) has to be one of \(known.joined(separator: ", "))\(nearest)")
    }
}
