/// Base 64 with padding (RFC 4648 §4).
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let left = bytes.count - start
            let first = bytes[start]
            let second = left > 1 ? bytes[start + 1] : 0
            let third = left > 2 ? bytes[start + 2] : 0
            result.append(alphabet[Int(first >> 2)])
            result.append(alphabet[Int((first & 0x03) << 4 | second >> 4)])
            result.append(left > 1 ? alphabet[Int((second & 0x0F) << 2 | third >> 6)] : 0x3D)
            result.append(left > 2 ? alphabet[Int(third & 0x3F)] : 0x3D)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
