internal import AirlockCore

/// Reads JSON text without building values: checks it and tells where the members of an object stand.
///
/// It accepts only what ``JSONValue`` accepts. What it would have to think about (an escaped name, a deep nest, an object of
/// many members) it answers with `nil`, which is no verdict: the careful reader decides then.
struct JSONScan {
    /// How a value's text differs from the one that `JSONValue` writes.
    enum Form: UInt8 {
        case canonical
        /// Only by spaces between its parts.
        case spaced
        /// By escapes or numbers, which have to be read and written anew.
        case other
    }

    let bytes: Bytes
    private(set) var index = 0
    private(set) var hasNonASCII = false
    /// Whether names stand once in each object; a text of this program's own needs no second look.
    private let checksNames: Bool
    private var spaces = 0
    private var oddities = 0
    private var names: [Bytes] = []

    static let maxDepth = 64
    static let maxMembers = 64

    init(_ bytes: Bytes, checksNames: Bool = true) {
        self.bytes = bytes
        self.checksNames = checksNames
    }

    /// All of the text as one object.
    ///
    /// - Parameter members: what is found is appended.
    mutating func document(_ members: inout [JSONMember]) -> Bool {
        skipSpace()
        guard object(depth: 0, { members.append($0) }) else { return false }
        skipSpace()
        guard index == bytes.count else { return false }
        return !hasNonASCII || String(validating: bytes, as: UTF8.self) != nil
    }

    // MARK: - Values

    private mutating func object(depth: Int, _ found: (JSONMember) -> Void) -> Bool {
        guard depth < Self.maxDepth, take(0x7B) else { return false }
        let base = names.count
        defer { names.removeLast(names.count - base) }
        skipSpace()
        if take(0x7D) { return true }
        while true {
            skipSpace()
            guard let name = name(), isNew(name, since: base) else { return false }
            skipSpace()
            guard take(0x3A) else { return false }
            skipSpace()
            let (start, spacesBefore, odditiesBefore) = (index, spaces, oddities)
            guard let kind = value(depth: depth + 1) else { return false }
            let form: Form = oddities > odditiesBefore ? .other : spaces > spacesBefore ? .spaced : .canonical
            found(JSONMember(name: name, value: Bytes(rebasing: bytes[start..<index]), kind: kind, form: form))
            skipSpace()
            if take(0x2C) { continue }
            return take(0x7D)
        }
    }

    private mutating func value(depth: Int) -> JSONMember.Kind? {
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case 0x22: return string() ? .string : nil
        case 0x7B: return object(depth: depth, { _ in }) ? .object : nil
        case 0x5B: return array(depth: depth) ? .array : nil
        case 0x74: return word("true") ? .bool : nil
        case 0x66: return word("false") ? .bool : nil
        case 0x6E: return word("null") ? .null : nil
        default: return number() ? .number : nil
        }
    }

    private mutating func array(depth: Int) -> Bool {
        guard depth < Self.maxDepth, take(0x5B) else { return false }
        skipSpace()
        if take(0x5D) { return true }
        while true {
            skipSpace()
            guard value(depth: depth + 1) != nil else { return false }
            skipSpace()
            if take(0x2C) { continue }
            return take(0x5D)
        }
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let end = index + word.utf8CodeUnitCount
        guard end <= bytes.count, Bytes(rebasing: bytes[index..<end]).isEqual(to: word) else { return false }
        index = end
        return true
    }

    // MARK: - Names

    private mutating func name() -> Bytes? {
        let (start, odditiesBefore) = (index + 1, oddities)
        guard index < bytes.count, bytes[index] == 0x22, string(), oddities == odditiesBefore else { return nil }
        let name = Bytes(rebasing: bytes[start..<index - 1])
        return checksNames && name.contains(0x5C) ? nil : name
    }

    private mutating func isNew(_ name: Bytes, since base: Int) -> Bool {
        guard checksNames else { return true }
        guard names.count - base < Self.maxMembers else { return false }
        for index in base..<names.count where names[index].isEqual(to: name) { return false }
        names.append(name)
        return true
    }

    // MARK: - Scalars

    /// A string in quotes. The escapes that this program writes itself pass; others make the value an odd one.
    private mutating func string() -> Bool {
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case 0x22:
                index += 1
                return true
            case 0x5C:
                guard index + 1 < bytes.count else { return false }
                switch bytes[index + 1] {
                case 0x22, 0x5C, 0x6E, 0x72, 0x74: break
                case 0x2F, 0x62, 0x66, 0x75: oddities += 1
                default: return false
                }
                index += 2
            case 0..<0x20: return false
            case 0x7F:
                oddities += 1
                index += 1
            default:
                if byte >= 0x80 { hasNonASCII = true }
                index += 1
            }
        }
        return false
    }

    private mutating func number() -> Bool {
        let start = index
        let isNegative = take(0x2D)
        let wholeStart = index
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[wholeStart] != 0x30 else { return false }
        var (fraction, hasExponent) = (0, false)
        var isPlain = true
        if take(0x2E) {
            let fractionStart = index
            fraction = digits()
            guard fraction > 0 else { return false }
            // Double.description turns to an exponent below 0.0001 and writes no zero at the end but in ".0".
            let isZero = whole == 1 && bytes[wholeStart] == 0x30
            let leading = bytes[fractionStart..<min(index, fractionStart + 3)].contains { $0 != 0x30 }
            let endsWell = bytes[index - 1] != 0x30 || fraction == 1
            isPlain = whole + fraction <= 15 && endsWell && (leading || !isZero)
        } else {
            isPlain = whole <= 18 && !(isNegative && bytes[wholeStart] == 0x30)
        }
        if index < bytes.count, bytes[index] | 0x20 == 0x65 {
            hasExponent = true
            index += 1
            if !take(0x2B) { _ = take(0x2D) }
            guard digits() > 0 else { return false }
        }
        guard index - start <= 64 else { return false }
        if hasExponent || !isPlain { oddities += 1 }
        return true
    }

    private mutating func digits() -> Int {
        let start = index
        while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
        return index - start
    }

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index] <= 0x20 {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: break
            default: return
            }
            index += 1
            spaces += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }
}

extension JSONMember {
    /// The value's text as `JSONValue` writes it; `nil` when the careful reader has to decide.
    func canonical(in arena: ByteArena) -> Bytes? {
        switch form {
        case .canonical: return value
        case .spaced: return arena.copy(Self.compact(value))
        case .other:
            guard let parsed = try? JSONValue(json: Array(value)) else { return nil }
            return arena.copy(parsed.jsonBytes)
        }
    }

    /// Without the spaces between its parts.
    private static func compact(_ text: Bytes) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var (index, isInside) = (0, false)
        while index < text.count {
            let byte = text[index]
            if isInside || byte > 0x20 { result.append(byte) }
            if byte == 0x22 { isInside.toggle() }
            if byte == 0x5C, index + 1 < text.count {
                result.append(text[index + 1])
                index += 1
            }
            index += 1
        }
        return result
    }
}
