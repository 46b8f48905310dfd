internal import AirlockCore

/// Addresses of the Internet protocol in texts.
enum NetworkFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "isIPv4String": test { ipv4($0) != nil }, "isIPv6String": test { ipv6($0) != nil },
        "IPv4StringToNum": number(orNull: false), "IPv4StringToNumOrNull": number(orNull: true),
        "IPv4NumToString": { call throws(AirlockError) in
            try call.count(1)
            try call.integer(0)
            return call.call(.string) { values in
                let number = UInt32(truncatingIfNeeded: values[0].intValue ?? 0)
                return .string(number.littleBytes.reversed().map { String($0) }.joined(separator: "."))
            }
        },
        "isIPAddressInRange": { call throws(AirlockError) in
            try call.count(2)
            // PostHog puts '::' in the place of what is no address, so that it lies in no range of practice.
            let nodes = try call.arguments.map { node throws(AirlockError) in
                node.type.isString ? node : try call.resolver.bind("toString", [node], call.range)
            }
            return .call(
                ScalarCall("isIPAddressInRange", seesNull: true) { values in
                    let address = bits(values[0].text) ?? [UInt8](repeating: 0, count: 16)
                    guard let range = Range(values[1].text) else {
                        throw ExecutionFault("isIPAddressInRange got a range that is none, as '10.0.0.0/8' is one")
                    }
                    return .bool(range.contains(address))
                }, .uint8, nodes)
        },
    ]

    private struct Range {
        let network: [UInt8]
        let length: Int

        init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let network = bits(String(parts[0])), let length = Int(parts[1]),
                length >= 0, length <= network.count * 8
            else { return nil }
            (self.network, self.length) = (network, length)
        }

        func contains(_ address: [UInt8]) -> Bool {
            guard address.count == network.count else { return false }
            return (0..<length).allSatisfy { bit in
                let mask = UInt8(0x80) >> UInt8(bit % 8)
                return address[bit / 8] & mask == network[bit / 8] & mask
            }
        }
    }

    private static func bits(_ text: String) -> [UInt8]? {
        ipv4(text).map { Array($0.littleBytes.reversed()) } ?? ipv6(text)
    }

    private static func test(_ test: @escaping @Sendable (String) -> Bool) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.string(0)
            return call.call(.uint8) { .bool(test($0[0].text)) }
        }
    }

    private static func number(orNull: Bool) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.string(0)
            let type = ClickHouseType.uint32.nullable(if: orNull || call.anyNullable)
            return .call(
                ScalarCall(call.name) { values in
                    if let number = ipv4(values[0].text) { return .int(Int64(number)) }
                    guard orNull else { throw ExecutionFault("IPv4StringToNum got text that is no IPv4 address") }
                    return .null
                }, type, call.arguments)
        }
    }

    /// Four numbers of one to three digits.
    private static func ipv4(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard part.utf8.count <= 3, part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let byte = UInt8(part),
                part.utf8.count == 1 || part.utf8.first != 0x30
            else { return nil }
            number = number << 8 | UInt32(byte)
        }
        return number
    }

    /// Eight groups, `::` for a run of zeros, and an IPv4 address in the place of the last two.
    private static func ipv6(_ text: String) -> [UInt8]? {
        guard text.contains(":") else { return nil }
        let halves = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
        func groups(_ text: Substring, isLast: Bool) -> [UInt8]? {
            guard !text.isEmpty else { return [] }
            var bytes: [UInt8] = []
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if part.contains(".") {
                    guard isLast, index == parts.count - 1, let number = ipv4(part) else { return nil }
                    bytes += number.littleBytes.reversed()
                } else {
                    guard part.utf8.count <= 4, part.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
                        let group = UInt16(part, radix: 16)
                    else { return nil }
                    bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
                }
            }
            return bytes
        }
        guard let first = groups(halves[0], isLast: halves.count == 1) else { return nil }
        guard halves.count == 2 else { return first.count == 16 ? first : nil }
        guard let second = groups(halves[1], isLast: true), first.count + second.count <= 14 else { return nil }
        return first + [UInt8](repeating: 0, count: 16 - first.count - second.count) + second
    }
}
