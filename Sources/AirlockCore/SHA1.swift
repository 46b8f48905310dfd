/// SHA-1 (RFC 3174), for name-based UUIDs, for the buckets of feature flags and for the function of that name: it
/// protects nothing.
public struct SHA1 {
    private var state: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
        0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0
    )

    public static func digest(_ message: some Collection<UInt8>) -> [UInt8] {
        Array(message).withUnsafeBufferPointer { digest(of: $0) }
    }

    /// - Parameter parts: the message, in pieces.
    public static func digest(of parts: UnsafeBufferPointer<UInt8>...) -> [UInt8] {
        var hash = SHA1()
        let length = parts.reduce(0) { $0 + $1.count }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { block in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { words in
                var filled = 0
                func put(_ byte: UInt8) {
                    block[filled] = byte
                    filled += 1
                    if filled == 64 {
                        hash.add(UnsafeBufferPointer(block), words)
                        filled = 0
                    }
                }
                for part in parts {
                    for byte in part { put(byte) }
                }
                put(0x80)
                while filled != 56 { put(0) }
                let bits = UInt64(length) &* 8
                for shift in stride(from: 56, through: 0, by: -8) {
                    put(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
                }
            }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20)
        for word in [hash.state.0, hash.state.1, hash.state.2, hash.state.3, hash.state.4] {
            for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return bytes
    }

    private mutating func add(_ block: UnsafeBufferPointer<UInt8>, _ words: UnsafeMutableBufferPointer<UInt32>) {
        for index in 0..<16 {
            words[index] =
                UInt32(block[index * 4]) << 24 | UInt32(block[index * 4 + 1]) << 16
                | UInt32(block[index * 4 + 2]) << 8 | UInt32(block[index * 4 + 3])
        }
        for index in 16..<80 {
            words[index] = rotate(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1)
        }
        var (a, b, c, d, e) = state
        for index in 0..<80 {
            let (function, constant): (UInt32, UInt32) =
                switch index {
                case ..<20: ((b & c) | (~b & d), 0x5A82_7999)
                case ..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                case ..<60: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let next = rotate(a, 5) &+ function &+ e &+ constant &+ words[index]
            (e, d, c, b, a) = (d, c, rotate(b, 30), a, next)
        }
        state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
    }

    private func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
}
