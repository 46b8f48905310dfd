/// Text as a line of a log may carry it.
enum LogText {
    /// Redacted, at most `maxBytes` long, and without what a terminal would act on.
    ///
    /// JSON's own escapes deal with the ASCII control characters. Those of C1 and the marks that turn the direction of
    /// writing are no less able to make a line look like another one: they become `\u{9B}`.
    static func clean(_ text: String, maxBytes: Int) -> String { printable(cut(Redactor.redacted(text), to: maxBytes)) }

    /// Cut before a character that does not fit, with `…` in its place.
    static func cut(_ text: String, to maxBytes: Int) -> String {
        guard text.utf8.count > maxBytes else { return text }
        var bytes = Array(text.utf8.prefix(max(maxBytes - 3, 0) + 1))
        // The last byte is there to tell whether it begins a character; what it would continue goes with it.
        while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
        return String(decoding: bytes, as: UTF8.self) + "…"
    }

    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        return text.unicodeScalars.reduce(into: "") { clean, scalar in
            if isHarmful(scalar) {
                clean += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                clean.unicodeScalars.append(scalar)
            }
        }
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x80...0x9F, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
