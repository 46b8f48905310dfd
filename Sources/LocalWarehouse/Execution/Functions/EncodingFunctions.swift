internal import AirlockCore

/// Texts and numbers written in other alphabets, and read back.
enum EncodingFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "hex": digits(bitsPerDigit: 4), "bin": digits(bitsPerDigit: 1),
        "unhex": StringFunctions.bytes { unhex($0) }, "unbin": StringFunctions.bytes { unbin($0) },
        "char": char,
        "base64Encode": StringFunctions.bytes { Array(Base64.encoded($0).utf8) },
        "base64Decode": decode({ Base64.decoded($0) }, orEmpty: false),
        "tryBase64Decode": decode({ Base64.decoded($0) }, orEmpty: true),
        "base64URLEncode": StringFunctions.bytes { Array(Base64.encoded($0, url: true).utf8) },
        "base64URLDecode": decode({ Base64.decoded($0, url: true) }, orEmpty: false),
        "tryBase64URLDecode": decode({ Base64.decoded($0, url: true) }, orEmpty: true),
        "base58Encode": base58Encode, "base58Decode": decode({ Base58.decoded($0) }, orEmpty: false),
        "tryBase58Decode": decode({ Base58.decoded($0) }, orEmpty: true),
        "encodeXMLComponent": StringFunctions.bytes { $0.flatMap(xmlEscape) },
        "decodeXMLComponent": StringFunctions.bytes { decodeXML($0) },
        "encodeURLComponent": StringFunctions.bytes { encodeURL($0, form: false) },
        "encodeURLFormComponent": StringFunctions.bytes { encodeURL($0, form: true) },
        "decodeURLComponent": StringFunctions.bytes { decodeURL($0, form: false) },
        "decodeURLFormComponent": StringFunctions.bytes { decodeURL($0, form: true) },
    ]

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [hexDigit($0 >> 4), hexDigit($0 & 15)] }, as: UTF8.self)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }

    /// `hex` and `bin`: of a text all bytes, of an integer without its leading zero bytes, of a float its bytes.
    private static func digits(bitsPerDigit: Int) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            let write: @Sendable ([UInt8]) -> Value = { bytes in
                if bitsPerDigit == 4 { return .string(hex(bytes)) }
                return .string(
                    bytes.map { byte in
                        let text = String(byte, radix: 2)
                        return String(repeating: "0", count: 8 - text.utf8.count) + text
                    }.joined())
            }
            let type = call.arguments[0].type.inner
            let key = "\(call.name) \(type)"
            let read: @Sendable (Value) -> [UInt8]
            switch type {
            case .nothing: return .null
            case .string, .fixedString: read = { $0.utf8 }
            case .float: read = { ($0.doubleValue ?? 0).bitPattern.littleBytes }
            case .uuid: read = { Conversions.uuidHex($0.text) }
            case .dateTime:
                read = { whole(UInt64(bitPattern: floorDivide($0.intValue ?? 0, ProjectCalendar.second)), bits: 32) }
            case .date: read = { whole(UInt64(bitPattern: $0.intValue ?? 0), bits: 16) }
            default:
                guard let shape = WideIntegers.shape(type) else { throw call.fail("cannot write \(call.type(0))") }
                let bits = WideIntegers.bits(of: type)
                read = { whole(bits($0), bits: shape.bits) }
            }
            return call.call(.string, key: key, readsBytes: true) { write(read($0[0])) }
        }
    }

    private static func whole(_ value: UInt64, bits: Int) -> [UInt8] {
        let bytes = value.littleBytes.prefix(bits / 8).reversed().drop { $0 == 0 }
        return bytes.isEmpty ? [0] : Array(bytes)
    }

    /// A digit that is none counts as 255, as in ClickHouse; an odd first digit is a byte of its own.
    private static func unhex(_ text: [UInt8]) -> [UInt8] {
        let values = text.map { UInt8(Character(Unicode.Scalar($0)).hexDigitValue ?? 255) }
        var (result, index) = ([UInt8](), values.count % 2)
        if index == 1 { result.append(values[0]) }
        while index + 1 < values.count {
            result.append(values[index] &* 16 &+ values[index + 1])
            index += 2
        }
        return result
    }

    private static func unbin(_ text: [UInt8]) -> [UInt8] {
        let first = text.count % 8
        var (result, index) = ([UInt8](), 0)
        while index < text.count {
            let end = index == 0 && first > 0 ? first : index + 8
            result.append(text[index..<end].reduce(0) { $0 << 1 | ($1 == 0x30 ? 0 : 1) })
            index = end
        }
        return result
    }

    private static let char: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        for index in call.arguments.indices { try call.number(index) }
        return call.call(.string) { values in
            .text(
                values.map { value in
                    switch value {
                    case .int(let number): UInt8(truncatingIfNeeded: number)
                    default:
                        UInt8(truncatingIfNeeded: Int64(exactly: (value.doubleValue ?? 0).rounded(.towardZero)) ?? 0)
                    }
                })
        }
    }

    private static func decode(
        _ read: @escaping @Sendable ([UInt8]) -> [UInt8]?, orEmpty: Bool
    ) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.string(0)
            let name = call.name
            return call.call(.string, readsBytes: true) { values in
                if let bytes = read(values[0].utf8) { return .text(bytes) }
                guard orEmpty else { throw ExecutionFault("\(name) got text that cannot be decoded") }
                return .string("")
            }
        }
    }

    private static let base58Encode: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.string(0)
        return call.call(.string, readsBytes: true) { values in
            // The time is quadratic in the length.
            guard values[0].utf8.count <= 4096 else { throw ExecutionFault("base58Encode takes at most 4 KiB") }
            return .text(Base58.encoded(values[0].utf8))
        }
    }

    // MARK: - XML

    private static func xmlEscape(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case 0x3C: Array("&lt;".utf8)
        case 0x3E: Array("&gt;".utf8)
        case 0x26: Array("&amp;".utf8)
        case 0x22: Array("&quot;".utf8)
        case 0x27: Array("&apos;".utf8)
        default: [byte]
        }
    }

    private static let entities: [String: UInt8] = ["lt": 0x3C, "gt": 0x3E, "amp": 0x26, "quot": 0x22, "apos": 0x27]

    private static func decodeXML(_ text: [UInt8]) -> [UInt8] {
        var (result, index) = ([UInt8](), 0)
        while index < text.count {
            if text[index] == 0x26, let end = text[index...].prefix(12).firstIndex(of: 0x3B) {
                let name = String(decoding: text[(index + 1)..<end], as: UTF8.self)
                if let bytes = entity(name) {
                    result += bytes
                    index = end + 1
                    continue
                }
            }
            result.append(text[index])
            index += 1
        }
        return result
    }

    private static func entity(_ name: String) -> [UInt8]? {
        if let byte = entities[name] { return [byte] }
        guard name.hasPrefix("#") else { return nil }
        let digits = name.dropFirst()
        let isHex = digits.hasPrefix("x") || digits.hasPrefix("X")
        let code = isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let code, let scalar = Unicode.Scalar(code), !name.contains("+") else { return nil }
        return Array(String(Character(scalar)).utf8)
    }

    // MARK: - URLs

    private static func encodeURL(_ text: [UInt8], form: Bool) -> [UInt8] {
        text.flatMap { byte -> [UInt8] in
            let isPlain =
                (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte >= 0x30 && byte <= 0x39
                || [0x2D, 0x5F, 0x2E, 0x7E].contains(byte)
            if isPlain { return [byte] }
            if form, byte == 0x20 { return [0x2B] }
            return [0x25, hexDigit(byte >> 4), hexDigit(byte & 15)]
        }
    }

    static func decodeURL(_ text: [UInt8], form: Bool) -> [UInt8] {
        var (result, index) = ([UInt8](), 0)
        while index < text.count {
            if text[index] == 0x25, index + 2 < text.count,
                let high = Character(Unicode.Scalar(text[index + 1])).hexDigitValue,
                let low = Character(Unicode.Scalar(text[index + 2])).hexDigitValue
            {
                result.append(UInt8(high * 16 + low))
                index += 3
            } else {
                result.append(form && text[index] == 0x2B ? 0x20 : text[index])
                index += 1
            }
        }
        return result
    }
}
