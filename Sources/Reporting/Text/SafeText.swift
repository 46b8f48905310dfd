/// Makes text from scripts, data and files fit to be shown: whatever could steer a terminal or mislead a reader is
/// written out instead.
///
/// Escaped are the control characters (C0, DEL, C1: ESC and so every ANSI, OSC 52 and device sequence), the
/// bidirectional overrides, isolates and marks ("Trojan Source", CVE-2021-42574), line and paragraph separators,
/// invisible format characters, tags, and what is no character at all. A joiner and a variation selector stay, since
/// scripts and emoji need them; of more than eight marks on one character the rest are escaped.
public enum SafeText {
    /// One line: a line feed becomes `\n`, a tab `\t`, any other unfit character `\u{…}`.
    ///
    /// - Parameter asciiOnly: escapes all of non-ASCII too, for a terminal that does not speak UTF-8.
    public static func line(_ text: String, asciiOnly: Bool = false) -> String {
        escape(text, keepsLines: false, asciiOnly: asciiOnly)
    }

    /// Several lines: line feeds and tabs stay, `\r\n` becomes `\n`, everything else is as in ``line(_:asciiOnly:)``.
    public static func block(_ text: String, asciiOnly: Bool = false) -> String {
        escape(text, keepsLines: true, asciiOnly: asciiOnly)
    }

    /// Several lines of what should be UTF-8; a byte that is not becomes `\xNN`.
    public static func block(bytes: [UInt8], asciiOnly: Bool = false) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return block(text, asciiOnly: asciiOnly) }
        var result = ""
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var (index, runStart) = (0, 0)
        func flush() {
            guard runStart < index else { return }
            result += block(String(decoding: bytes[runStart..<index], as: UTF8.self), asciiOnly: asciiOnly)
        }
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded): index += encoded.count
            case .error(let length):
                flush()
                for byte in bytes[index..<min(index + length, bytes.count)] { result += "\\x" + hex(UInt32(byte), 2) }
                index += length
                runStart = index
            case .emptyInput:
                flush()
                return result
            }
        }
    }

    /// The same document with unfit characters inside its strings as JSON escapes: equal in meaning, safe to show.
    public static func json(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 || $0 == 0x7F }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard scalar.value >= 0x7F, isUnfit(scalar) else {
                result.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                result.append(contentsOf: ("\\u" + hex(UInt32(unit), 4)).unicodeScalars)
            }
        }
        return String(result)
    }

    private static let maxMarks = 8

    private static func escape(_ text: String, keepsLines: Bool, asciiOnly: Bool) -> String {
        let plain = text.utf8.allSatisfy { ($0 >= 0x20 && $0 < 0x7F) || (keepsLines && ($0 == 0x0A || $0 == 0x09)) }
        if plain { return text }
        var result = String.UnicodeScalarView()
        var marks = 0
        var previous: Unicode.Scalar?
        let scalars = text.unicodeScalars
        for index in scalars.indices {
            let scalar = scalars[index]
            defer { previous = scalar }
            if keepsLines, scalar == "\n" || scalar == "\t" {
                result.append(scalar)
                continue
            }
            if keepsLines, scalar == "\r" {
                let next = scalars.index(after: index)
                if next < scalars.endIndex, scalars[next] == "\n" { continue }
            }
            marks = isMark(scalar) ? marks + 1 : 0
            // A selector or joiner at the very start has nothing to work on and would be invisible.
            let dangles = previous == nil && (scalar.value == 0x200D || scalar.value == 0xFE0F)
            if isUnfit(scalar) || dangles || marks > maxMarks || (asciiOnly && !scalar.isASCII) {
                result.append(contentsOf: escaped(scalar).unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{" + hex(scalar.value, 2) + "}"
        }
    }

    static func hex(_ value: UInt32, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x300 else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return true
        default: return scalar.value == 0x200D || scalar.value == 0x200C
        }
    }

    static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7F: return false
        case 0..<0x20, 0x7F...0x9F: return true
        case 0xA0..<0x300: return scalar.value == 0xAD
        case 0x200C, 0x200D: return false
        default:
            switch scalar.properties.generalCategory {
            case .format, .lineSeparator, .paragraphSeparator, .control, .surrogate, .unassigned: return true
            // Unicode calls these letters or marks, though nothing is drawn for them.
            default: return [0x115F, 0x1160, 0x3164, 0xFFA0].contains(scalar.value)
            }
        }
    }
}
