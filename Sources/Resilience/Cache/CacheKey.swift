internal import AirlockCore

/// What makes two calls the same, as a SHA-256 digest: keys are of one size, and no query, value or credential can be
/// read off them.
public struct CacheKey: Sendable, Hashable, CustomStringConvertible {
    private let digest: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameter parts: everything the answer depends on, whose credentials it is fetched with among it. Each is
    ///   taken in with its length, so that `["a", "bc"]` and `["ab", "c"]` differ.
    public init(_ parts: [String]) { self.init(parts.map { Array($0.utf8) }) }

    /// The same of bytes.
    public init(_ parts: [[UInt8]]) {
        var all: [UInt8] = []
        all.reserveCapacity(parts.reduce(0) { $0 + 8 + $1.count })
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).littleEndian) { all.append(contentsOf: $0) }
            all.append(contentsOf: part)
        }
        let bytes = SHA256.digest(all)
        func word(_ index: Int) -> UInt64 { bytes[index * 8..<index * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        digest = (word(0), word(1), word(2), word(3))
    }

    public static func == (left: CacheKey, right: CacheKey) -> Bool { left.digest == right.digest }

    /// A digest is evenly distributed as it is: a part of it will do.
    public func hash(into hasher: inout Hasher) { hasher.combine(digest.0) }

    /// The first twelve hexadecimal digits.
    public var description: String {
        let digits = String(digest.0 >> 16, radix: 16)
        return String(repeating: "0", count: 12 - digits.utf8.count) + digits
    }
}
