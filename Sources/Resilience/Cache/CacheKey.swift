internal import AirlockCore

/// What makes two calls the same, as a SHA-256 digest: keys are of one size, and no query, value or credential can be
/// read off them.
public struct CacheKey: Sendable, Hashable, CustomStringConvertible {
    private let digest: [UInt8]

    /// - Parameter parts: everything the answer depends on, whose credentials it is fetched with among it. Each is
    ///   taken in with its length, so that `["a", "bc"]` and `["ab", "c"]` differ.
    public init(_ parts: [String]) {
        var hash = SHA256()
        for part in parts {
            let bytes = Array(part.utf8)
            hash.update(withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { Array($0) })
            hash.update(bytes)
        }
        digest = hash.digest()
    }

    /// A digest is evenly distributed as it is: its first bytes will do.
    public func hash(into hasher: inout Hasher) {
        for byte in digest.prefix(8) { hasher.combine(byte) }
    }

    /// The first twelve hexadecimal digits.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: digest.prefix(6).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
