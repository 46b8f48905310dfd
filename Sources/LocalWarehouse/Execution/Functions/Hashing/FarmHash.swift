/// FarmHash's stable Fingerprint64. (`farmHash64` is another function, which differs by processor for long texts.)
enum FarmHash {
    private static let k0: UInt64 = 0xc3a5_c85c_97cb_3127
    private static let k1: UInt64 = 0xb492_b66f_be98_f273
    private static let k2: UInt64 = 0x9ae1_6a3b_2f90_404f

    static func hash64(_ bytes: [UInt8]) -> UInt64 {
        let count = bytes.count
        let length = UInt64(count)
        let multiplier = k2 &+ length &* 2
        switch count {
        case 0: return k2
        case 1...3:
            let y = UInt64(bytes[0]) &+ UInt64(bytes[count >> 1]) << 8
            let z = length &+ UInt64(bytes[count - 1]) << 2
            return (y &* k2 ^ z &* k0).mixed47 &* k2
        case 4...7: return combine(length &+ bytes.word32(0) << 3, bytes.word32(count - 4), multiplier)
        case 8...16:
            let (a, b) = (bytes.word64(0) &+ k2, bytes.word64(count - 8))
            return combine(
                b.rotatedRight(37) &* multiplier &+ a, (a.rotatedRight(25) &+ b) &* multiplier, multiplier)
        case 17...32:
            let (a, b) = (bytes.word64(0) &* k1, bytes.word64(8))
            let (c, d) = (bytes.word64(count - 8) &* multiplier, bytes.word64(count - 16) &* k2)
            return combine(
                (a &+ b).rotatedRight(43) &+ c.rotatedRight(30) &+ d, a &+ (b &+ k2).rotatedRight(18) &+ c,
                multiplier)
        case 33...64:
            let (a, b) = (bytes.word64(0) &* k2, bytes.word64(8))
            let (c, d) = (bytes.word64(count - 8) &* multiplier, bytes.word64(count - 16) &* k2)
            let y = (a &+ b).rotatedRight(43) &+ c.rotatedRight(30) &+ d
            let z = combine(y, a &+ (b &+ k2).rotatedRight(18) &+ c, multiplier)
            let (e, f) = (bytes.word64(16) &* multiplier, bytes.word64(24))
            let g = (y &+ bytes.word64(count - 32)) &* multiplier
            let h = (z &+ bytes.word64(count - 24)) &* multiplier
            return combine(
                (e &+ f).rotatedRight(43) &+ g.rotatedRight(30) &+ h, e &+ (f &+ a).rotatedRight(18) &+ g, multiplier)
        default: return long(bytes)
        }
    }

    private static func combine(_ u: UInt64, _ v: UInt64, _ multiplier: UInt64) -> UInt64 {
        let a = ((u ^ v) &* multiplier).mixed47
        return ((v ^ a) &* multiplier).mixed47 &* multiplier
    }

    private static func long(_ bytes: [UInt8]) -> UInt64 {
        let count = bytes.count
        let seed: UInt64 = 81
        var x = seed &* k2 &+ bytes.word64(0)
        var y = seed &* k1 &+ 113
        var z = (y &* k2 &+ 113).mixed47 &* k2
        var (v, w): ((UInt64, UInt64), (UInt64, UInt64)) = ((0, 0), (0, 0))
        let end = (count - 1) / 64 * 64
        for offset in stride(from: 0, to: end, by: 64) {
            x = (x &+ y &+ v.0 &+ bytes.word64(offset + 8)).rotatedRight(37) &* k1
            y = (y &+ v.1 &+ bytes.word64(offset + 48)).rotatedRight(42) &* k1
            x ^= w.1
            y &+= v.0 &+ bytes.word64(offset + 40)
            z = (z &+ w.0).rotatedRight(33) &* k1
            v = CityHash.weak(bytes, offset, v.1 &* k1, x &+ w.0)
            w = CityHash.weak(bytes, offset + 32, z &+ w.1, y &+ bytes.word64(offset + 16))
            swap(&z, &x)
        }
        let multiplier = k1 &+ (z & 0xff) << 1
        let last = count - 64
        w.0 &+= UInt64((count - 1) & 63)
        v.0 &+= w.0
        w.0 &+= v.0
        x = (x &+ y &+ v.0 &+ bytes.word64(last + 8)).rotatedRight(37) &* multiplier
        y = (y &+ v.1 &+ bytes.word64(last + 48)).rotatedRight(42) &* multiplier
        x ^= w.1 &* 9
        y &+= v.0 &* 9 &+ bytes.word64(last + 40)
        z = (z &+ w.0).rotatedRight(33) &* multiplier
        v = CityHash.weak(bytes, last, v.1 &* multiplier, x &+ w.0)
        w = CityHash.weak(bytes, last + 32, z &+ w.1, y &+ bytes.word64(last + 16))
        swap(&z, &x)
        return combine(
            combine(v.0, w.0, multiplier) &+ y.mixed47 &* k0 &+ z, combine(v.1, w.1, multiplier) &+ x, multiplier)
    }
}
