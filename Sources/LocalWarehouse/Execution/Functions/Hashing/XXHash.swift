/// xxHash with seed 0.
enum XXHash {
    static func hash32(_ bytes: [UInt8]) -> UInt32 {
        let primes: [UInt32] = [0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d, 0x27d4_eb2f, 0x1656_67b1]
        var offset = 0
        var hash: UInt32
        if bytes.count >= 16 {
            var lanes: [UInt32] = [primes[0] &+ primes[1], primes[1], 0, 0 &- primes[0]]
            while offset + 16 <= bytes.count {
                for lane in 0..<4 {
                    let word = UInt32(bytes.word32(offset + lane * 4))
                    lanes[lane] = (lanes[lane] &+ word &* primes[1]).rotatedLeft(13) &* primes[0]
                }
                offset += 16
            }
            hash = lanes[0].rotatedLeft(1) &+ lanes[1].rotatedLeft(7) &+ lanes[2].rotatedLeft(12)
            hash = hash &+ lanes[3].rotatedLeft(18)
        } else {
            hash = primes[4]
        }
        hash = hash &+ UInt32(truncatingIfNeeded: bytes.count)
        while offset + 4 <= bytes.count {
            hash = (hash &+ UInt32(bytes.word32(offset)) &* primes[2]).rotatedLeft(17) &* primes[3]
            offset += 4
        }
        for byte in bytes[offset...] { hash = (hash &+ UInt32(byte) &* primes[4]).rotatedLeft(11) &* primes[0] }
        hash = (hash ^ hash >> 15) &* primes[1]
        hash = (hash ^ hash >> 13) &* primes[2]
        return hash ^ hash >> 16
    }

    static func hash64(_ bytes: [UInt8]) -> UInt64 {
        let primes: [UInt64] = [
            0x9e37_79b1_85eb_ca87, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9, 0x85eb_ca77_c2b2_ae63,
            0x27d4_eb2f_1656_67c5,
        ]
        func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
            (lane &+ word &* primes[1]).rotatedLeft(31) &* primes[0]
        }
        var offset = 0
        var hash: UInt64
        if bytes.count >= 32 {
            var lanes: [UInt64] = [primes[0] &+ primes[1], primes[1], 0, 0 &- primes[0]]
            while offset + 32 <= bytes.count {
                for lane in 0..<4 { lanes[lane] = round(lanes[lane], bytes.word64(offset + lane * 8)) }
                offset += 32
            }
            hash = lanes[0].rotatedLeft(1) &+ lanes[1].rotatedLeft(7) &+ lanes[2].rotatedLeft(12)
            hash = hash &+ lanes[3].rotatedLeft(18)
            for lane in lanes { hash = (hash ^ round(0, lane)) &* primes[0] &+ primes[3] }
        } else {
            hash = primes[4]
        }
        hash = hash &+ UInt64(bytes.count)
        while offset + 8 <= bytes.count {
            hash = (hash ^ round(0, bytes.word64(offset))).rotatedLeft(27) &* primes[0] &+ primes[3]
            offset += 8
        }
        if offset + 4 <= bytes.count {
            hash = (hash ^ bytes.word32(offset) &* primes[0]).rotatedLeft(23) &* primes[1] &+ primes[2]
            offset += 4
        }
        for byte in bytes[offset...] { hash = (hash ^ UInt64(byte) &* primes[4]).rotatedLeft(11) &* primes[0] }
        hash = (hash ^ hash >> 33) &* primes[1]
        hash = (hash ^ hash >> 29) &* primes[2]
        return hash ^ hash >> 32
    }
}
