/// Why a text is not JSON, and where.
public struct JSONSyntaxError: Error, Sendable, Equatable {
    /// What is wrong, in a few words.
    public var reason: String
    /// Bytes before the place, from 0.
    public var offset: Int
    /// From 1.
    public var line: Int
    /// Bytes into the line, from 1.
    public var column: Int
}

extension JSONValue {
    /// Reads one JSON text (RFC 8259), strictly: valid UTF-8, no duplicate member names, no lone surrogate, no
    /// trailing bytes, no more than `maxDepth` nested containers. Time and memory are linear in the text.
    ///
    /// - Parameter maxDepth: the containers that may be open at once; default 256.
    public init(json text: String, maxDepth: Int = 256) throws(JSONSyntaxError) {
        try self.init(json: Array(text.utf8), maxDepth: maxDepth)
    }

    public init(json bytes: [UInt8], maxDepth: Int = 256) throws(JSONSyntaxError) {
        let outcome = bytes.withUnsafeBufferPointer { buffer -> Result<JSONValue, JSONSyntaxError> in
            var parser = JSONParser(bytes: buffer, maxDepth: maxDepth)
            do throws(JSONParser.Failure) {
                return .success(try parser.document())
            } catch {
                return .failure(parser.located(error))
            }
        }
        self = try outcome.get()
    }
}

struct JSONParser {
    struct Failure: Error {
        var reason: String
        var offset: Int
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let maxDepth: Int
    var index = 0

    init(bytes: UnsafeBufferPointer<UInt8>, maxDepth: Int) {
        self.bytes = bytes
        self.maxDepth = maxDepth
    }

    mutating func document() throws(Failure) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard index == bytes.count else { throw fail("unexpected text after the value") }
        return value
    }

    func located(_ failure: Failure) -> JSONSyntaxError {
        let before = bytes[..<min(failure.offset, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let column = failure.offset - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return JSONSyntaxError(reason: failure.reason, offset: failure.offset, line: line, column: column)
    }

    private func fail(_ reason: String) -> Failure { Failure(reason: reason, offset: index) }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        skipSpace()
        guard index < bytes.count else { throw fail("the text ends where a value was expected") }
        switch bytes[index] {
        case 0x7B: return try object(depth: depth)
        case 0x5B: return try array(depth: depth)
        case 0x22: return .string(try string())
        case 0x74: return try word("true", .bool(true))
        case 0x66: return try word("false", .bool(false))
        case 0x6E: return try word("null", .null)
        case 0x2D, 0x30...0x39: return try number()
        default: throw fail("a value was expected")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue {
        let end = index + word.utf8CodeUnitCount
        guard end <= bytes.count else { throw fail("a value was expected") }
        for offset in 0..<word.utf8CodeUnitCount where bytes[index + offset] != word.utf8Start[offset] {
            throw fail("a value was expected")
        }
        index = end
        return value
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: index += 1
            default:
                return try number(from: start)
            }
        }
        return try number(from: start)
    }

    private func number(from start: Int) throws(Failure) -> JSONValue {
        guard let number = JSONNumber.scan(UnsafeBufferPointer(rebasing: bytes[start..<index])) else {
            throw Failure(reason: "not a JSON number, or one too long to keep exactly", offset: start)
        }
        return .number(number)
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONValue {
        try enter(depth)
        var elements: [JSONValue] = []
        skipSpace()
        if take(0x5D) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(0x2C) { continue }
            guard take(0x5D) else { throw fail("',' or ']' was expected") }
            return .array(elements)
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONValue {
        try enter(depth)
        var object = JSONObject()
        skipSpace()
        if take(0x7D) { return .object(object) }
        while true {
            skipSpace()
            guard index < bytes.count, bytes[index] == 0x22 else { throw fail("a member name was expected") }
            let nameOffset = index
            let name = try string()
            skipSpace()
            guard take(0x3A) else { throw fail("':' was expected") }
            guard object.insert(name, try value(depth: depth + 1)) else {
                throw Failure(reason: "the member name stands twice in this object", offset: nameOffset)
            }
            skipSpace()
            if take(0x2C) { continue }
            guard take(0x7D) else { throw fail("',' or '}' was expected") }
            return .object(object)
        }
    }

    private mutating func enter(_ depth: Int) throws(Failure) {
        guard depth < maxDepth else { throw fail("more than \(maxDepth) containers inside each other") }
        index += 1
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func string() throws(Failure) -> String {
        index += 1
        let start = index
        // The common string has no escape: copy it whole, once.
        var all: UInt8 = 0
        while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x5C, bytes[index] >= 0x20 {
            all |= bytes[index]
            index += 1
        }
        guard index < bytes.count else { throw fail("the text ends inside a string") }
        if bytes[index] == 0x22 {
            let buffer = UnsafeBufferPointer(rebasing: bytes[start..<index])
            defer { index += 1 }
            // Of ASCII there is nothing to be validated, which takes longer than all the rest of a short string.
            return all < 0x80 ? String(decoding: buffer, as: UTF8.self) : try text(buffer, at: start)
        }
        var collected = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case 0x22:
                index += 1
                let outcome = collected.withUnsafeBufferPointer { buffer -> Result<String, Failure> in
                    Result { () throws(Failure) in try text(buffer, at: start) }
                }
                return try outcome.get()
            case 0x5C: try escape(into: &collected)
            case 0..<0x20: throw fail("a control character inside a string must be escaped")
            default:
                collected.append(byte)
                index += 1
            }
        }
        throw fail("the text ends inside a string")
    }

    private func text(_ buffer: UnsafeBufferPointer<UInt8>, at offset: Int) throws(Failure) -> String {
        guard let text = String(validating: buffer, as: UTF8.self) else {
            throw Failure(reason: "a string that is not valid UTF-8", offset: offset)
        }
        return text
    }

    private mutating func escape(into collected: inout [UInt8]) throws(Failure) {
        guard index + 1 < bytes.count else { throw fail("the text ends inside a string") }
        index += 2
        switch bytes[index - 1] {
        case 0x22: collected.append(0x22)
        case 0x5C: collected.append(0x5C)
        case 0x2F: collected.append(0x2F)
        case 0x62: collected.append(0x08)
        case 0x66: collected.append(0x0C)
        case 0x6E: collected.append(0x0A)
        case 0x72: collected.append(0x0D)
        case 0x74: collected.append(0x09)
        case 0x75: collected.append(contentsOf: UTF8.encode(try codePoint()) ?? UTF8.encodedReplacementCharacter)
        default:
            index -= 2
            throw fail("an unknown escape in a string")
        }
    }

    /// After `\u`: one code point, from one escape or from a surrogate pair.
    private mutating func codePoint() throws(Failure) -> Unicode.Scalar {
        let place = index - 2
        let high = try hexQuad()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, index + 1 < bytes.count, bytes[index] == 0x5C, bytes[index + 1] == 0x75 else {
            throw Failure(reason: "a lone surrogate in a string", offset: place)
        }
        index += 2
        let low = try hexQuad()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        else { throw Failure(reason: "a lone surrogate in a string", offset: place) }
        return scalar
    }

    private mutating func hexQuad() throws(Failure) -> UInt32 {
        guard index + 4 <= bytes.count else { throw fail("the text ends inside a string") }
        var value: UInt32 = 0
        for _ in 0..<4 {
            switch bytes[index] {
            case 0x30...0x39: value = value << 4 | UInt32(bytes[index] - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(bytes[index] - 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(bytes[index] - 0x57)
            default: throw fail("\\u needs four hexadecimal digits")
            }
            index += 1
        }
        return value
    }
}
