/// A text that must never be shown: a key, a token, a password.
///
/// Printed, interpolated, dumped or reflected, it is its mask (`phx_12…ef`). It is neither `Codable` nor
/// `LosslessStringConvertible`, so that no encoder writes it by accident. The one way to the text is ``reveal()``, which
/// is easy to look for.
public struct SecretText: Sendable, Hashable {
    private let text: String

    public init(_ text: String) { self.text = text }

    /// The text itself, for the one place that sends it.
    public func reveal() -> String { text }

    public var isEmpty: Bool { text.isEmpty }

    /// The length in UTF-8 bytes.
    public var byteCount: Int { text.utf8.count }

    /// What tells one secret from another without giving it away: the kind that a key begins with (`phx_`), two
    /// characters after it and the last two; `…` alone for a text so short that less than 12 characters stay hidden.
    public var mask: String {
        let kind = text.prefix(6).lastIndex(of: "_").map { text.distance(from: text.startIndex, to: $0) + 1 } ?? 0
        let shown = kind + 2
        guard text.count >= shown + 2 + 12, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return "…" }
        return "\(text.prefix(shown))…\(text.suffix(2))"
    }
}

extension SecretText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { mask }
    public var debugDescription: String { mask }
    public var customMirror: Mirror { Mirror(self, children: [:], displayStyle: .struct) }
}
