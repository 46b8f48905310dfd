internal import AirlockCore

extension Artifact {
    static let maxNameBytes = 128

    init(_ fields: NotificationFields) throws(InvalidNotification) {
        let name = try fields.text("name", maxBytes: Artifact.maxNameBytes)
        if let fault = Artifact.fault(ofName: name) { throw InvalidNotification("the artifact's name \(fault)") }
        let mediaType = try fields.optionalText("media_type", maxBytes: 127) ?? "application/octet-stream"
        guard Artifact.isMediaType(mediaType) else {
            throw InvalidNotification("'media_type' of artifact has to be like text/csv")
        }
        guard let bytes = decodeBase64(try fields.text("data", maxBytes: .max)) else {
            throw InvalidNotification("'data' of artifact is not base64")
        }
        self.init(name: name, mediaType: mediaType, bytes: bytes)
    }

    /// What keeps a name from being a plain file name that looks like what it is, wherever it is shown or saved.
    static func fault(ofName name: String) -> String? {
        if name.isEmpty { return "is empty" }
        if name.utf8.first == UInt8(ascii: ".") { return "starts with a dot" }
        for scalar in name.unicodeScalars {
            if scalar == "/" || scalar == "\\" { return "holds a path separator" }
            switch scalar.properties.generalCategory {
            case .control: return "holds a control character"
            // Bidirectional overrides among them: `gpj.exe` must not be shown as `exe.jpg`.
            case .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                return "holds an invisible character"
            default: continue
            }
        }
        if name.first == " " || name.last == " " { return "starts or ends with a space" }
        return nil
    }

    /// `type/subtype` of RFC 6838 §4.2 names, with parameters of printable ASCII.
    static func isMediaType(_ text: String) -> Bool {
        let head = text.prefix { $0 != ";" }
        let names = head.split(separator: "/", omittingEmptySubsequences: false)
        let extra = "!#$&-^_.+"
        return names.count == 2 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            && names.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isLetter || $0.isNumber || extra.contains($0) } }
    }
}

/// RFC 4648 §4, strictly: padded, no line breaks, no stray bits.
func decodeBase64(_ text: String) -> [UInt8]? {
    var text = text
    return text.withUTF8 { input -> [UInt8]? in
        guard input.count.isMultiple(of: 4) else { return nil }
        let padding = input.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        var output: [UInt8] = []
        output.reserveCapacity(input.count / 4 * 3)
        var (bits, held): (UInt32, Int) = (0, 0)
        for byte in input.dropLast(padding) {
            guard let value = base64Value(byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            output.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            bits &= (1 << UInt32(held)) - 1
        }
        return bits == 0 ? output : nil
    }
}

private func base64Value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
}
