/// A member of a JSON object as it stands in the text.
struct JSONMember {
    enum Kind: UInt8 {
        case null, bool, number, string, array, object
    }

    /// Without the quotes, unescaped.
    var name: Bytes
    /// All of the value's text; of a string with its quotes.
    var value: Bytes
    var kind: Kind
    /// Whether the text is what this program itself would write: see ``JSONScan``.
    var form: JSONScan.Form

    /// The inside of a string without escapes that holds something; `nil` for any other value.
    var plainText: Bytes? {
        guard kind == .string, value.count > 2, !value.contains(0x5C) else { return nil }
        return Bytes(rebasing: value[1..<value.count - 1])
    }
}
