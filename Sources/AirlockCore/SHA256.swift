/// SHA-256 (FIPS 180-4): what names a template file or a set of values. Not for secrets or passwords.
public struct SHA256: Sendable {
    private var state: [UInt32]
    /// Bytes that do not fill a block yet; always fewer than 64.
    private var pending: [UInt8] = []
    private var length: UInt64 = 0

    public init() {
        self.init(state: [
            0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
        ])
    }

    private init(state: [UInt32]) {
        self.state = state
        pending.reserveCapacity(64)
    }

    /// The SHA-224 digest of `bytes`, 28 bytes: SHA-256 from another start, cut (FIPS 180-4 §6.3).
    public static func digest224(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var hash = SHA256(state: [
            0xc105_9ed8, 0x367c_d507, 0x3070_dd17, 0xf70e_5939, 0xffc0_0b31, 0x6858_1511, 0x64f9_8fa7, 0xbefa_4fa4,
        ])
        hash.update(bytes)
        return Array(hash.digest().prefix(28))
    }

    /// The digest of `bytes`, 64 lower-case hexadecimal digits.
    public static func hexDigest(_ bytes: some Collection<UInt8>) -> String {
        var hash = SHA256()
        hash.update(bytes)
        return hash.hexDigest()
    }

    /// The digest of `bytes`, 32 bytes.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        bytes.withUnsafeBufferPointer { hash.absorb($0) }
        return hash.digest()
    }

    /// Takes in further bytes.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ absorb($0) }) == nil {
            Array(bytes).withUnsafeBufferPointer { absorb($0) }
        }
    }

    /// The digest of all bytes taken in so far; more may follow.
    public func digest() -> [UInt8] {
        var last = self
        var padding = [UInt8](repeating: 0, count: (119 - pending.count) % 64 + 9)
        padding[0] = 0x80
        Self.write(length &* 8, to: &padding, endingAt: padding.count)
        padding.withUnsafeBufferPointer { last.absorb($0) }
        var digest = [UInt8](repeating: 0, count: 32)
        for (index, word) in last.state.enumerated() {
            Self.write(word, to: &digest, endingAt: (index + 1) * 4)
        }
        return digest
    }

    /// With the highest byte first.
    private static func write(_ number: some FixedWidthInteger, to bytes: inout [UInt8], endingAt end: Int) {
        for place in 0..<number.bitWidth / 8 {
            bytes[end - 1 - place] = UInt8(truncatingIfNeeded: number >> (place * 8))
        }
    }

    public func hexDigest() -> String {
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in digest() { HexDigits.append(byte, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func absorb(_ bytes: UnsafeBufferPointer<UInt8>) {
        length &+= UInt64(bytes.count)
        var rest = bytes[...]
        if !pending.isEmpty {
            let taken = rest.prefix(64 - pending.count)
            pending.append(contentsOf: taken)
            rest = rest.dropFirst(taken.count)
            guard pending.count == 64 else { return }
            let block = pending
            pending.removeAll(keepingCapacity: true)
            block.withUnsafeBufferPointer { compress($0) }
        }
        while rest.count >= 64 {
            compress(UnsafeBufferPointer(rebasing: rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        pending.append(contentsOf: rest)
    }

    private mutating func compress(_ block: UnsafeBufferPointer<UInt8>) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
            for index in 0..<16 {
                let byte = index * 4
                words[index] =
                    UInt32(block[byte]) << 24 | UInt32(block[byte + 1]) << 16 | UInt32(block[byte + 2]) << 8
                    | UInt32(block[byte + 3])
            }
            for index in 16..<64 {
                let (early, late) = (words[index - 15], words[index - 2])
                let small0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >> 3)
                let small1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >> 10)
                words[index] = words[index - 16] &+ small0 &+ words[index - 7] &+ small1
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for index in 0..<64 {
                let big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
                let first = h &+ big1 &+ ((e & f) ^ (~e & g)) &+ roundConstants[index] &+ words[index]
                let big0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
                let second = big0 &+ ((a & b) ^ (a & c) ^ (b & c))
                (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
            }
            for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
        }
    }
}

private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4 §4.2.2).
private let roundConstants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
]
