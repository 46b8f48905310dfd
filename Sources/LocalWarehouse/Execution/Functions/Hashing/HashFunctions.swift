internal import AirlockCore

/// Hash functions over texts; `cityHash64` over other plain values and several arguments too.
enum HashFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "cityHash64": cityHash,
        "sipHash64": wide { SipHash.hash64($0) }, "xxHash64": wide { XXHash.hash64($0) },
        "farmFingerprint64": wide { FarmHash.hash64($0) },
        "murmurHash2_64": wide { MurmurHash.two64($0) },
        "murmurHash3_64": wide {
            let (low, high) = MurmurHash.three128($0)
            return low ^ high
        },
        "halfMD5": wide { Digests.md5($0).word64(0).byteSwapped },
        "xxHash32": narrow { Int64(XXHash.hash32($0)) }, "murmurHash2_32": narrow { Int64(MurmurHash.two32($0)) },
        "murmurHash3_32": narrow { Int64(MurmurHash.three32($0)) },
        "javaHash": narrow(.int32) { Int64(java($0)) }, "hiveHash": narrow(.int32) { Int64(java($0) & .max) },
        "CRC32": narrow { Int64(crc32($0)) },
        "sipHash128": digest(16) { halves(SipHash.hash128($0)) },
        "murmurHash3_128": digest(16) { halves(MurmurHash.three128($0)) },
        "MD5": digest(16) { Digests.md5($0) }, "SHA1": digest(20) { SHA1.digest($0) },
        "SHA224": digest(28) { SHA256.digest224($0) }, "SHA256": digest(32) { Digests.sha256($0) },
        "SHA384": digest(48) { Digests.sha512($0, short: true) }, "SHA512": digest(64) { Digests.sha512($0) },
        // PostHog's own name.
        "md5": { call throws(AirlockError) in
            try text(call)
            return call.call(.string, readsBytes: true) { .string(EncodingFunctions.hex(Digests.md5($0[0].utf8))) }
        },
        "intHash32": { call throws(AirlockError) in
            let number = try bits(call)
            return call.call(.uint32) { .int(Int64(intHash32(number($0[0])))) }
        },
        "intHash64": { call throws(AirlockError) in
            let number = try bits(call)
            return call.call(.wideUnsigned) { WideUnsigned.value(intHash64(number($0[0]))) }
        },
    ]

    private static func text(_ call: FunctionBinding) throws(AirlockError) {
        guard call.arguments.count == 1 else {
            throw call.unsupported("\(call.name) of several values", hint: "Join them: concat(a, '|', b).")
        }
        guard call.arguments[0].type.isString || call.arguments[0].type.isNull else {
            throw call.unsupported("\(call.name) of \(call.type(0))", hint: "Convert it with toString(x).")
        }
    }

    private static func wide(_ hash: @escaping @Sendable ([UInt8]) -> UInt64) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try text(call)
            return call.call(.wideUnsigned, readsBytes: true) { WideUnsigned.value(hash($0[0].utf8)) }
        }
    }

    private static func narrow(
        _ type: ClickHouseType = .uint32, _ hash: @escaping @Sendable ([UInt8]) -> Int64
    ) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try text(call)
            return call.call(type, readsBytes: true) { .int(hash($0[0].utf8)) }
        }
    }

    private static func digest(_ count: Int, _ hash: @escaping @Sendable ([UInt8]) -> [UInt8]) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try text(call)
            return call.call(.fixedString(count), readsBytes: true) { .text(hash($0[0].utf8)) }
        }
    }

    private static func halves(_ pair: (UInt64, UInt64)) -> [UInt8] { pair.0.littleBytes + pair.1.littleBytes }

    private static func java(_ bytes: [UInt8]) -> Int32 {
        bytes.reduce(0) { $0 &* 31 &+ Int32(Int8(bitPattern: $1)) }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xedb8_8320 : 0) }
        }
        return ~crc
    }

    private static func bits(_ call: FunctionBinding) throws(AirlockError) -> @Sendable (Value) -> UInt64 {
        try call.count(1)
        if call.arguments[0].type.isWide { return { WideUnsigned.number($0) } }
        try call.integer(0)
        return { UInt64(bitPattern: $0.intValue ?? 0) }
    }

    /// MurmurHash3's last step over the value and a salt of ClickHouse's.
    private static func intHash64(_ value: UInt64) -> UInt64 { MurmurHash.finished(value ^ 0x4cf2_d2ba_ae6d_a887) }

    private static func intHash32(_ value: UInt64) -> UInt32 {
        let value = value ^ 0x75d9_543d_e018_bf45
        var key = ~value &+ value << 18
        key ^= key.rotatedRight(31)
        key = key &* 21
        key ^= key.rotatedRight(11)
        key = key &+ key << 6
        key ^= key.rotatedRight(22)
        return UInt32(truncatingIfNeeded: key)
    }

    // MARK: - cityHash64

    private static let cityHash: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        var hashes: [@Sendable (Value) -> UInt64] = []
        for (index, argument) in call.arguments.enumerated() {
            guard let hash = hash(of: argument.type.inner) else {
                throw call.unsupported("cityHash64 of \(call.type(index))", hint: "Convert it with toString(x).")
            }
            hashes.append(hash)
        }
        let all = hashes
        return call.call(.wideUnsigned, readsBytes: true) { values in
            var result = all[0](values[0])
            for (value, hash) in zip(values, all).dropFirst() { result = CityHash.combine(result, hash(value)) }
            return WideUnsigned.value(result)
        }
    }

    /// Numbers go through the integer hash by their bits, texts through CityHash itself.
    private static func hash(of type: ClickHouseType) -> (@Sendable (Value) -> UInt64)? {
        switch type {
        case .string, .fixedString: return { CityHash.hash64($0.utf8) }
        case .wideUnsigned: return { intHash64(WideUnsigned.number($0)) }
        case .float: return { intHash64(($0.doubleValue ?? 0).bitPattern) }
        case .bool, .date: return { intHash64(UInt64(bitPattern: $0.intValue ?? 0)) }
        case .integer(let bits, _):
            let mask = bits == 64 ? UInt64.max : 1 << UInt64(bits) - 1
            return { intHash64(UInt64(bitPattern: $0.intValue ?? 0) & mask) }
        case .dateTime:
            return {
                intHash64(
                    UInt64(bitPattern: floorDivide($0.intValue ?? 0, ProjectCalendar.second)) & 0xffff_ffff)
            }
        case .dateTime64(_, 6): return { intHash64(UInt64(bitPattern: $0.intValue ?? 0)) }
        case .uuid:
            return { CityHash.hash64(Conversions.uuidBytes($0.text)) }
        case .nothing: return { _ in 0 }
        default: return nil
        }
    }
}
