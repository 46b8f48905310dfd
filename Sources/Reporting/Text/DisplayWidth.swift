/// Columns a text takes in a terminal.
///
/// After UAX #11 (East Asian width) and UTS #51 (emoji): wide and full-width characters take two columns, marks and
/// joiners none, an emoji sequence two.
enum DisplayWidth {
    static func of(_ text: String) -> Int {
        var count = 0
        for byte in text.utf8 {
            guard byte >= 0x20, byte < 0x7F else { return text.reduce(0) { $0 + of($1) } }
            count += 1
        }
        return count
    }

    static func of(_ character: Character) -> Int {
        if character.isASCII { return character.isNewline ? 0 : 1 }
        var width = 0
        for scalar in character.unicodeScalars {
            switch scalar.value {
            // A joined sequence, one asked for as an emoji, or a flag of two regional indicators.
            case 0x200D, 0xFE0F, 0x1F1E6...0x1F1FF: if width > 0 || scalar.value >= 0x1F1E6 { return 2 }
            default: width += of(scalar)
            }
        }
        return width
    }

    static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return scalar.value < 0x20 ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        // Vowels and final consonants of a decomposed Hangul syllable stand inside its first, wide one.
        if (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value) { return 0 }
        return isWide(scalar) ? 2 : 1
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        if value < 0x1100 { return false }
        switch value {
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
            0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF,
            0x1F900...0x1F9FF, 0x20000...0x2FFFD, 0x30000...0x3FFFD:
            return true
        default: return scalar.properties.isEmojiPresentation
        }
    }
}

extension SafeText {
    /// The columns that a line made safe takes in a terminal.
    public static func columns(of text: String) -> Int { DisplayWidth.of(text) }
}

extension String {
    /// The text in exactly `width` columns, or longer where it does not fit.
    func padded(to width: Int, onTheLeft: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - DisplayWidth.of(self)))
        return onTheLeft ? space + self : self + space
    }

    /// The text in at most `width` columns, ending in `mark` when something was cut.
    func shortened(to width: Int, mark: String) -> String {
        // Bytes bound columns from above for ASCII only, but no character of n bytes takes more than n columns.
        if utf8.count <= width { return self }
        let room = max(0, width - DisplayWidth.of(mark))
        var (used, full, kept) = (0, 0, "")
        for character in self {
            let next = DisplayWidth.of(character)
            full += next
            if full > width { return kept + (width > 0 ? mark : "") }
            if used + next <= room, full == used + next {
                used += next
                kept.append(character)
            }
        }
        return self
    }
}
