/// Finds where a Python string literal ends.
struct PythonStringReader {
    let bytes: [UInt8]
    /// At the opening quote before, after the closing one afterwards.
    var index: Int

    /// f-strings and format specifications inside each other; CPython stops at 150.
    private static let maxLevel = 150

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// Passes the opening quote or quotes.
    private mutating func open() -> (quote: UInt8, isTriple: Bool) {
        let quote = bytes[index]
        let isTriple = bytes[index...].starts(with: [quote, quote, quote])
        index += isTriple ? 3 : 1
        return (quote, isTriple)
    }

    private mutating func close(_ quote: UInt8, _ isTriple: Bool) -> Bool {
        guard current == quote else { return false }
        if isTriple {
            guard bytes[index...].starts(with: [quote, quote, quote]) else { return false }
            index += 3
        } else {
            index += 1
        }
        return true
    }

    /// A backslash and what it applies to; also in a raw string the next byte closes nothing.
    private mutating func skipEscape() {
        index += 1
        if current == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { index += 1 }
        index = min(index + 1, bytes.count)
    }

    /// - Returns: whether the string has an end.
    mutating func skipPlain() -> Bool {
        let (quote, isTriple) = open()
        while let byte = current {
            if byte == 0x5C {
                skipEscape()
            } else if close(quote, isTriple) {
                return true
            } else if !isTriple, byte == 0x0A || byte == 0x0D {
                return false
            } else {
                index += 1
            }
        }
        return false
    }

    mutating func skipFormatted(isRaw: Bool, level: Int) -> Bool {
        let (quote, isTriple) = open()
        while let byte = current {
            switch byte {
            case 0x5C:
                let next = index + 1 < bytes.count ? bytes[index + 1] : 0
                if next == 0x7B || next == 0x7D {
                    // A backslash does not escape a brace.
                    index += 1
                } else if !isRaw, next == 0x4E, index + 2 < bytes.count, bytes[index + 2] == 0x7B {
                    // \N{NAME}
                    index += 3
                    while let letter = current, letter != 0x7D, letter != quote, letter != 0x0A { index += 1 }
                } else {
                    skipEscape()
                }
            case 0x7B:
                index += 1
                if current == 0x7B {
                    index += 1
                } else if !skipField(quote, isTriple, level: level + 1) {
                    return false
                }
            case 0x0A, 0x0D:
                guard isTriple else { return false }
                index += 1
            default:
                if close(quote, isTriple) { return true }
                index += 1
            }
        }
        return false
    }

    /// A replacement field, from after its opening brace to after its closing one.
    private mutating func skipField(_ quote: UInt8, _ isTriple: Bool, level: Int) -> Bool {
        guard level <= Self.maxLevel else { return false }
        var depth = 0
        while let byte = current {
            switch byte {
            case 0x22, 0x27:
                // Before Python 3.12 this quote, if it is the outer one, ends the string; what then remains of it is
                // an open brace, which those versions refuse. So no script means two things.
                let (isRaw, isFormatted) = prefix(before: index)
                let isClosed = isFormatted ? skipFormatted(isRaw: isRaw, level: level + 1) : skipPlain()
                if !isClosed { return false }
            case 0x28, 0x5B, 0x7B:
                depth += 1
                index += 1
            case 0x29, 0x5D:
                depth = max(0, depth - 1)
                index += 1
            case 0x7D:
                index += 1
                if depth == 0 { return true }
                depth -= 1
            case 0x3A where depth == 0:
                index += 1
                return skipFormat(quote, isTriple, level: level)
            case 0x23:
                while let next = current, next != 0x0A, next != 0x0D { index += 1 }
            default: index += 1
            }
        }
        return false
    }

    /// A format specification, in which every brace opens a field.
    private mutating func skipFormat(_ quote: UInt8, _ isTriple: Bool, level: Int) -> Bool {
        while let byte = current {
            switch byte {
            case 0x7B:
                index += 1
                if !skipField(quote, isTriple, level: level + 1) { return false }
            case 0x7D:
                index += 1
                return true
            case quote where !isTriple || bytes[index...].starts(with: [quote, quote, quote]): return false
            case 0x0A where !isTriple, 0x0D where !isTriple: return false
            default: index += 1
            }
        }
        return false
    }

    private func prefix(before quote: Int) -> (isRaw: Bool, isFormatted: Bool) {
        var start = quote
        while start > 0, quote - start < 3, isNameByte(bytes[start - 1]) { start -= 1 }
        guard quote - start <= 2 else { return (false, false) }
        let letters = bytes[start..<quote].map { $0 | 0x20 }
        return (letters.contains(0x72), letters.contains(0x66) || letters.contains(0x74))
    }
}
