internal import AirlockCore

/// Numbers as people read them.
enum NumberText {
    /// `1234567` as `1,234,567`; anything that is not a plain integer as it is.
    static func grouped(_ digits: String) -> String {
        let sign = digits.hasPrefix("-") ? "-" : ""
        let whole = digits.utf8.dropFirst(sign.utf8.count)
        guard whole.count > 3, whole.allSatisfy({ (0x30...0x39).contains($0) }) else { return digits }
        var bytes: [UInt8] = []
        for (index, byte) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { bytes.append(0x2C) }
            bytes.append(byte)
        }
        return sign + String(decoding: bytes, as: UTF8.self)
    }

    static func grouped(_ value: Int) -> String { grouped(String(value)) }

    /// `value` with exactly `decimals` digits after the point, rounded half away from zero on its binary value.
    ///
    /// - Returns: the shortest exact text where that many digits cannot be told from a `Double`.
    static func fixed(_ value: Double, decimals: Int) -> String {
        let places = min(max(decimals, 0), 15)
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = (value * scale).rounded()
        guard scaled.magnitude < 9e15, let whole = Int(exactly: scaled) else { return shortest(value) }
        if places == 0 { return String(whole) }
        let digits = String(whole.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.utf8.count)) + digits
        return (whole < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
    }

    /// `0.25`, `3`, `1e+20`: the shortest text that reads back as the same number, a whole one without a point.
    static func shortest(_ value: Double) -> String {
        if let whole = Int(exactly: value), value.magnitude < 1e15 { return String(whole) }
        return value.description
    }

    /// At most `decimals` digits after the point, without trailing zeros.
    static func rounded(_ value: Double, decimals: Int) -> String {
        // What would round away entirely is told exactly.
        let text = fixed(value, decimals: decimals)
        guard text.utf8.contains(0x2E), !text.utf8.contains(0x65) else { return text }
        var bytes = Array(text.utf8)
        while bytes.last == 0x30 { bytes.removeLast() }
        if bytes.last == 0x2E { bytes.removeLast() }
        let result = String(decoding: bytes, as: UTF8.self)
        return (result == "0" || result == "-0") && value != 0 ? shortest(value) : result
    }

    /// `950`, `12.5k`, `1.2M`: three or four significant digits with a decimal unit.
    static func compact(_ value: Double) -> String {
        let (scale, unit) = self.scale(for: value.magnitude)
        let scaled = value / scale
        let decimals = scaled.magnitude >= 100 ? 0 : scaled.magnitude >= 10 ? 1 : scale > 1 ? 2 : 4
        return rounded(scaled, decimals: decimals) + unit
    }

    /// The largest decimal unit not above `magnitude`.
    static func scale(for magnitude: Double) -> (scale: Double, unit: String) {
        switch magnitude {
        case 1e15...: (1, "")
        case 1e12...: (1e12, "T")
        case 1e9...: (1e9, "G")
        case 1e6...: (1e6, "M")
        case 1e4...: (1e3, "k")
        default: (1, "")
        }
    }
}

extension JSONValue {
    /// The value as a single line of text: a string as it is, everything else as JSON.
    var cellText: String {
        if case .string(let text) = self { text } else { json }
    }
}
