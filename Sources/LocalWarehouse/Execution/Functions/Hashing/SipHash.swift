/// SipHash-2-4 with a key of zeros, and the 128 bits that ClickHouse makes of its state.
enum SipHash {
    static func hash64(_ bytes: [UInt8]) -> UInt64 {
        let state = run(bytes)
        return state.0 ^ state.1 ^ state.2 ^ state.3
    }

    static func hash128(_ bytes: [UInt8]) -> (UInt64, UInt64) {
        let state = run(bytes)
        return (state.0 ^ state.1, state.2 ^ state.3)
    }

    private static func run(_ bytes: [UInt8]) -> (UInt64, UInt64, UInt64, UInt64) {
        var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (
            0x736f_6d65_7073_6575, 0x646f_7261_6e64_6f6d, 0x6c79_6765_6e65_7261, 0x7465_6462_7974_6573
        )
        func round() {
            a &+= b
            b = b.rotatedLeft(13) ^ a
            a = a.rotatedLeft(32)
            c &+= d
            d = d.rotatedLeft(16) ^ c
            a &+= d
            d = d.rotatedLeft(21) ^ a
            c &+= b
            b = b.rotatedLeft(17) ^ c
            c = c.rotatedLeft(32)
        }
        func absorb(_ word: UInt64) {
            d ^= word
            round()
            round()
            a ^= word
        }
        let whole = bytes.count & ~7
        for offset in stride(from: 0, to: whole, by: 8) { absorb(bytes.word64(offset)) }
        var last = UInt64(bytes.count & 0xff) << 56
        for index in whole..<bytes.count { last |= UInt64(bytes[index]) << UInt64((index - whole) * 8) }
        absorb(last)
        c ^= 0xff
        for _ in 0..<4 { round() }
        return (a, b, c, d)
    }
}
