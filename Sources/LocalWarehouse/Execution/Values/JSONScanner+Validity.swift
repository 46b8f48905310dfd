extension JSONScanner {
    /// Whether the whole text is one JSON value (RFC 8259), nested at most 1,024 deep. ClickHouse finds nothing in a
    /// text with a fault anywhere in it.
    static func isValid(_ text: String) -> Bool {
        var copy = text
        return copy.withUTF8 { bytes in
            var checker = Checker(bytes: bytes)
            return checker.document()
        }
    }

    private struct Checker {
        let bytes: UnsafeBufferPointer<UInt8>
        var index = 0
        /// Of each open container, whether it is an object.
        var open: [Bool] = []

        init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        mutating func document() -> Bool {
            while true {
                skipSpace()
                guard index < bytes.count else { return false }
                let byte = bytes[index]
                if byte == 0x7B || byte == 0x5B {
                    guard open.count < 1024 else { return false }
                    index += 1
                    skipSpace()
                    open.append(byte == 0x7B)
                    if index < bytes.count, bytes[index] == (byte == 0x7B ? 0x7D : 0x5D) {
                        index += 1
                        open.removeLast()
                    } else {
                        guard byte == 0x5B || key() else { return false }
                        continue
                    }
                } else {
                    guard scalar(byte) else { return false }
                }
                // A value has ended; what comes next may end the containers around it.
                while let isObject = open.last {
                    skipSpace()
                    guard index < bytes.count else { return false }
                    if bytes[index] == 0x2C {
                        index += 1
                        guard !isObject || key() else { return false }
                        break
                    }
                    guard bytes[index] == (isObject ? 0x7D : 0x5D) else { return false }
                    index += 1
                    open.removeLast()
                }
                if open.isEmpty {
                    skipSpace()
                    return index == bytes.count
                }
            }
        }

        private mutating func key() -> Bool {
            skipSpace()
            guard index < bytes.count, bytes[index] == 0x22, string() else { return false }
            skipSpace()
            guard index < bytes.count, bytes[index] == 0x3A else { return false }
            index += 1
            return true
        }

        private mutating func skipSpace() {
            while index < bytes.count {
                switch bytes[index] {
                case 0x20, 0x09, 0x0A, 0x0D: index += 1
                default: return
                }
            }
        }

        private mutating func scalar(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x22: return string()
            case 0x74: return word("true")
            case 0x66: return word("false")
            case 0x6E: return word("null")
            default: return number()
            }
        }

        private mutating func word(_ word: StaticString) -> Bool {
            let count = word.utf8CodeUnitCount
            guard index + count <= bytes.count else { return false }
            for offset in 0..<count where bytes[index + offset] != word.utf8Start[offset] { return false }
            index += count
            return true
        }

        private mutating func string() -> Bool {
            index += 1
            while index < bytes.count {
                let byte = bytes[index]
                if byte == 0x22 {
                    index += 1
                    return true
                }
                guard byte >= 0x20 else { return false }
                if byte == 0x5C {
                    guard index + 1 < bytes.count else { return false }
                    switch bytes[index + 1] {
                    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: index += 2
                    case 0x75:
                        guard index + 6 <= bytes.count else { return false }
                        for place in (index + 2)..<(index + 6) where !isHex(bytes[place]) { return false }
                        index += 6
                    default: return false
                    }
                } else {
                    index += 1
                }
            }
            return false
        }

        private func isHex(_ byte: UInt8) -> Bool {
            byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66
        }

        private mutating func digits() -> Int {
            let start = index
            while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
            return index - start
        }

        private mutating func number() -> Bool {
            if bytes[index] == 0x2D { index += 1 }
            let first = index
            let count = digits()
            guard count > 0, count == 1 || bytes[first] != 0x30 else { return false }
            if index < bytes.count, bytes[index] == 0x2E {
                index += 1
                guard digits() > 0 else { return false }
            }
            if index < bytes.count, bytes[index] | 0x20 == 0x65 {
                index += 1
                if index < bytes.count, bytes[index] == 0x2B || bytes[index] == 0x2D { index += 1 }
                guard digits() > 0 else { return false }
            }
            return true
        }
    }
}
