/// CityHash64 of version 1.0.2, which ClickHouse keeps to; later versions give other numbers.
enum CityHash {
    private static let k0: UInt64 = 0xc3a5_c85c_97cb_3127
    private static let k1: UInt64 = 0xb492_b66f_be98_f273
    private static let k2: UInt64 = 0x9ae1_6a3b_2f90_404f
    private static let k3: UInt64 = 0xc949_d7c7_509e_6557

    static func hash64(_ bytes: [UInt8]) -> UInt64 {
        let count = bytes.count
        let length = UInt64(count)
        switch count {
        case 0: return k2
        case 1...3:
            let y = UInt64(bytes[0]) &+ UInt64(bytes[count >> 1]) << 8
            let z = length &+ UInt64(bytes[count - 1]) << 2
            return (y &* k2 ^ z &* k3).mixed47 &* k2
        case 4...8: return combine(length &+ bytes.word32(0) << 3, bytes.word32(count - 4))
        case 9...16:
            let (a, b) = (bytes.word64(0), bytes.word64(count - 8))
            return combine(a, (b &+ length).rotatedRight(length)) ^ b
        case 17...32:
            let (a, b) = (bytes.word64(0) &* k1, bytes.word64(8))
            let (c, d) = (bytes.word64(count - 8) &* k2, bytes.word64(count - 16) &* k0)
            return combine(
                (a &- b).rotatedRight(43) &+ c.rotatedRight(30) &+ d, a &+ (b ^ k3).rotatedRight(20) &- c &+ length)
        case 33...64: return upTo64(bytes)
        default: return long(bytes)
        }
    }

    /// `Hash128to64`: how ClickHouse joins the hashes of several values.
    static func combine(_ low: UInt64, _ high: UInt64) -> UInt64 {
        let multiplier: UInt64 = 0x9ddf_ea08_eb38_2d69
        let a = ((low ^ high) &* multiplier).mixed47
        return ((high ^ a) &* multiplier).mixed47 &* multiplier
    }

    private static func upTo64(_ bytes: [UInt8]) -> UInt64 {
        let count = bytes.count
        var z = bytes.word64(24)
        var a = bytes.word64(0) &+ (UInt64(count) &+ bytes.word64(count - 16)) &* k0
        var b = (a &+ z).rotatedRight(52)
        var c = a.rotatedRight(37)
        a &+= bytes.word64(8)
        c &+= a.rotatedRight(7)
        a &+= bytes.word64(16)
        let (firstLow, firstHigh) = (a &+ z, b &+ a.rotatedRight(31) &+ c)
        a = bytes.word64(16) &+ bytes.word64(count - 32)
        z = bytes.word64(count - 8)
        b = (a &+ z).rotatedRight(52)
        c = a.rotatedRight(37)
        a &+= bytes.word64(count - 24)
        c &+= a.rotatedRight(7)
        a &+= bytes.word64(count - 16)
        let (secondLow, secondHigh) = (a &+ z, b &+ a.rotatedRight(31) &+ c)
        let rest = ((firstLow &+ secondHigh) &* k2 &+ (secondLow &+ firstHigh) &* k0).mixed47
        return (rest &* k0 &+ firstHigh).mixed47 &* k2
    }

    /// `WeakHashLen32WithSeeds` over the 32 bytes at an offset.
    static func weak(_ bytes: [UInt8], _ offset: Int, _ a: UInt64, _ b: UInt64) -> (UInt64, UInt64) {
        let (w, x, y, z) = (
            bytes.word64(offset), bytes.word64(offset + 8), bytes.word64(offset + 16), bytes.word64(offset + 24)
        )
        let start = a &+ w
        let sum = start &+ x &+ y
        return (sum &+ z, (b &+ start &+ z).rotatedRight(21) &+ sum.rotatedRight(44) &+ start)
    }

    private static func long(_ bytes: [UInt8]) -> UInt64 {
        let count = bytes.count
        var x = bytes.word64(0)
        var y = bytes.word64(count - 16) ^ k1
        var z = bytes.word64(count - 56) ^ k0
        var v = weak(bytes, count - 64, UInt64(count), y)
        var w = weak(bytes, count - 32, UInt64(count) &* k1, k0)
        z &+= v.1.mixed47 &* k1
        x = (z &+ x).rotatedRight(39) &* k1
        y = y.rotatedRight(33) &* k1
        for offset in stride(from: 0, to: (count - 1) & ~63, by: 64) {
            x = (x &+ y &+ v.0 &+ bytes.word64(offset + 16)).rotatedRight(37) &* k1
            y = (y &+ v.1 &+ bytes.word64(offset + 48)).rotatedRight(42) &* k1
            x ^= w.1
            y ^= v.0
            z = (z ^ w.0).rotatedRight(33)
            v = weak(bytes, offset, v.1 &* k1, x &+ w.0)
            w = weak(bytes, offset + 32, z &+ w.1, y)
            swap(&z, &x)
        }
        return combine(combine(v.0, w.0) &+ y.mixed47 &* k1 &+ z, combine(v.1, w.1) &+ x)
    }
}
