/// Text as HTML.
enum HTML {
    /// Escapes for element content and for quoted attribute values; unfit characters are written out first.
    static func escape(_ text: String) -> String { entities(SafeText.line(text)) }

    /// The same, with line feeds kept.
    static func escapeBlock(_ text: String) -> String { entities(SafeText.block(text)) }

    private static func entities(_ text: String) -> String {
        let special = text.utf8.contains { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E || $0 == 0x22 || $0 == 0x27 }
        guard special else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case 0x26: bytes.append(contentsOf: "&amp;".utf8)
            case 0x3C: bytes.append(contentsOf: "&lt;".utf8)
            case 0x3E: bytes.append(contentsOf: "&gt;".utf8)
            case 0x22: bytes.append(contentsOf: "&quot;".utf8)
            case 0x27: bytes.append(contentsOf: "&#39;".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
