internal import AirlockCore

extension SettingForm where Value == String {
    static let text = SettingForm(
        allowed: "a text without control characters",
        read: { text in text.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? nil : text }, write: { $0 })
}

extension SettingForm where Value == Duration {
    static func time(_ range: ClosedRange<Duration>) -> SettingForm {
        SettingForm(
            allowed: "a time from \(range.lowerBound.shortText) to \(range.upperBound.shortText), as 500ms, 30s or 5m",
            read: { Duration(text: $0).flatMap { range.contains($0) ? $0 : nil } }, write: { $0.shortText })
    }
}

extension SettingForm where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> SettingForm {
        SettingForm(
            allowed: "an integer from \(range.lowerBound) to \(range.upperBound)",
            read: { Int($0).flatMap { range.contains($0) ? $0 : nil } }, write: { String($0) })
    }
}

extension SettingForm where Value == Double {
    static let share = SettingForm(
        allowed: "a number from 0 to 1", read: { Double($0).flatMap { (0...1).contains($0) ? $0 : nil } },
        write: { "\($0)" })
}

extension SettingForm where Value == ByteCount {
    static func size(_ range: ClosedRange<ByteCount>) -> SettingForm {
        SettingForm(
            allowed: "a size from \(range.lowerBound) to \(range.upperBound), as 64MiB",
            read: { ByteCount($0).flatMap { range.contains($0) ? $0 : nil } }, write: { "\($0)" })
    }
}

extension SettingForm where Value == [String] {
    /// A list in a file; in the environment separated by commas.
    static let list = SettingForm(
        allowed: "a list of texts, separated by commas",
        read: { text in
            let parts = text.split(separator: ",").map { String($0.drop { $0 == " " }) }
            return parts.contains(where: \.isEmpty) ? nil : parts
        }, write: { $0.joined(separator: ",") })
}

extension SettingForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    static var word: SettingForm {
        SettingForm(
            allowed: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "),
            read: { Value(rawValue: $0.lowercased()) }, write: { $0.rawValue })
    }
}
