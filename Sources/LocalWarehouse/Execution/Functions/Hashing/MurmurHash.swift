/// MurmurHash 2 and 3 with seed 0.
enum MurmurHash {
    static func two32(_ bytes: [UInt8]) -> UInt32 {
        let multiplier: UInt32 = 0x5bd1_e995
        var hash = UInt32(truncatingIfNeeded: bytes.count)
        let whole = bytes.count & ~3
        for offset in stride(from: 0, to: whole, by: 4) {
            var word = UInt32(bytes.word32(offset)) &* multiplier
            word = (word ^ word >> 24) &* multiplier
            hash = hash &* multiplier ^ word
        }
        if whole < bytes.count {
            for index in (whole..<bytes.count).reversed() {
                hash ^= UInt32(bytes[index]) << UInt32((index - whole) * 8)
            }
            hash = hash &* multiplier
        }
        hash = (hash ^ hash >> 13) &* multiplier
        return hash ^ hash >> 15
    }

    static func two64(_ bytes: [UInt8]) -> UInt64 {
        let multiplier: UInt64 = 0xc6a4_a793_5bd1_e995
        var hash = UInt64(bytes.count) &* multiplier
        let whole = bytes.count & ~7
        for offset in stride(from: 0, to: whole, by: 8) {
            var word = bytes.word64(offset) &* multiplier
            word = (word ^ word >> 47) &* multiplier
            hash = (hash ^ word) &* multiplier
        }
        if whole < bytes.count {
            for index in whole..<bytes.count { hash ^= UInt64(bytes[index]) << UInt64((index - whole) * 8) }
            hash = hash &* multiplier
        }
        return (hash.mixed47 &* multiplier).mixed47
    }

    static func three32(_ bytes: [UInt8]) -> UInt32 {
        func scrambled(_ word: UInt32) -> UInt32 { (word &* 0xcc9e_2d51).rotatedLeft(15) &* 0x1b87_3593 }
        var hash: UInt32 = 0
        let whole = bytes.count & ~3
        for offset in stride(from: 0, to: whole, by: 4) {
            hash = (hash ^ scrambled(UInt32(bytes.word32(offset)))).rotatedLeft(13) &* 5 &+ 0xe654_6b64
        }
        var tail: UInt32 = 0
        for index in whole..<bytes.count { tail |= UInt32(bytes[index]) << UInt32((index - whole) * 8) }
        if whole < bytes.count { hash ^= scrambled(tail) }
        hash ^= UInt32(truncatingIfNeeded: bytes.count)
        hash = (hash ^ hash >> 16) &* 0x85eb_ca6b
        hash = (hash ^ hash >> 13) &* 0xc2b2_ae35
        return hash ^ hash >> 16
    }

    /// The two halves of the 128 bits.
    static func three128(_ bytes: [UInt8]) -> (UInt64, UInt64) {
        let (c1, c2): (UInt64, UInt64) = (0x87c3_7b91_1142_53d5, 0x4cf5_ad43_2745_937f)
        func first(_ word: UInt64) -> UInt64 { (word &* c1).rotatedLeft(31) &* c2 }
        func second(_ word: UInt64) -> UInt64 { (word &* c2).rotatedLeft(33) &* c1 }
        var (low, high): (UInt64, UInt64) = (0, 0)
        let whole = bytes.count & ~15
        for offset in stride(from: 0, to: whole, by: 16) {
            low = ((low ^ first(bytes.word64(offset))).rotatedLeft(27) &+ high) &* 5 &+ 0x52dc_e729
            high = ((high ^ second(bytes.word64(offset + 8))).rotatedLeft(31) &+ low) &* 5 &+ 0x3849_5ab5
        }
        let tail = Array(bytes[whole...]) + [UInt8](repeating: 0, count: 16 - (bytes.count - whole))
        if bytes.count - whole > 8 { high ^= second(tail.word64(8)) }
        if bytes.count > whole { low ^= first(tail.word64(0)) }
        low ^= UInt64(bytes.count)
        high ^= UInt64(bytes.count)
        low &+= high
        high &+= low
        low = finished(low)
        high = finished(high)
        low &+= high
        high &+= low
        return (low, high)
    }

    /// MurmurHash3's last step.
    static func finished(_ value: UInt64) -> UInt64 {
        var value = (value ^ value >> 33) &* 0xff51_afd7_ed55_8ccd
        value = (value ^ value >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return value ^ value >> 33
    }
}
