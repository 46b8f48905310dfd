/// The formats that are checked without the caller's help.
enum BuiltInFormats {
    static let names = [
        "date", "date-time", "time", "duration", "email", "uuid", "uri", "uri-reference", "ipv4", "ipv6", "regex",
    ]

    static func check(named name: String) -> FormatCheck? {
        switch name {
        case "date": .builtIn(isDate, expectation: "a date as in 2024-02-29 (RFC 3339)")
        case "date-time": .builtIn(isDateTime, expectation: "a date and time as in 2024-02-29T08:30:00Z (RFC 3339)")
        case "time":
            .builtIn(isTime, expectation: "a time with its offset as in 08:30:00Z or 08:30:00+01:00 (RFC 3339)")
        case "duration":
            .builtIn(isDuration, expectation: "a duration as in P3D, PT12H or P1DT2H (RFC 3339, appendix A)")
        case "email": .builtIn(isEmailAddress, expectation: "an e-mail address")
        case "uuid": .builtIn(isUUID, expectation: "a UUID as in 2eb8aa08-aa98-11ea-b4aa-73b441d16380")
        case "uri": .builtIn(isURI, expectation: "a URI with its scheme as in https://example.com/path (RFC 3986)")
        case "uri-reference": .builtIn(isURIReference, expectation: "a URI or a relative reference (RFC 3986)")
        case "ipv4": .builtIn({ isIPv4(Array($0.utf8)) }, expectation: "an IPv4 address as in 192.0.2.1")
        case "ipv6": .builtIn({ isIPv6(Array($0.utf8)) }, expectation: "an IPv6 address as in 2001:db8::1")
        case "regex": .regex
        default: nil
        }
    }

    /// RFC 9562 §4, of any version.
    static func isUUID(_ text: String) -> Bool {
        var reader = ASCIIReader(text)
        for (index, length) in [8, 4, 4, 4, 12].enumerated() {
            if index > 0, !reader.take(0x2D) { return false }
            for _ in 0..<length where !reader.take(where: { hexDigit($0) != nil }) { return false }
        }
        return reader.isAtEnd
    }
}

/// Reads text byte by byte; a byte beyond ASCII matches nothing that is asked for.
struct ASCIIReader {
    let bytes: [UInt8]
    var index = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { index == bytes.count }
    var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func take(_ byte: UInt8) -> Bool { take { $0 == byte } }

    mutating func take(where fits: (UInt8) -> Bool) -> Bool {
        guard let byte = next, fits(byte) else { return false }
        index += 1
        return true
    }

    /// Exactly `count` decimal digits.
    mutating func number(digits count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let byte = next, isDigit(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
            index += 1
        }
        return value
    }

    /// One digit or more.
    mutating func skipDigits() -> Bool {
        let start = index
        while let byte = next, isDigit(byte) { index += 1 }
        return index > start
    }
}

func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
