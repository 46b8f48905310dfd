public import AirlockCore

/// The bounds of a response cache.
public struct CacheSettings: Sendable, Hashable {
    /// What all entries may weigh. Default 64 MiB.
    public var maxBytes = ByteCount.mebibytes(64)
    /// A heavier value is not kept. Default 8 MiB.
    public var maxEntryBytes = ByteCount.mebibytes(8)
    /// Default 10,000.
    public var maxEntries = 10_000
    /// Older entries are dropped, whatever age a caller would accept. Default 1 day.
    public var longestAge = Duration.seconds(86400)

    public init() {}

    /// What each entry weighs beyond what its caller says: key, links and dictionary slot.
    public static let entryOverhead = ByteCount(256)

    /// What is wrong with the values, each by its name under `pointer`.
    public func problems(under pointer: String = "") -> [Problem] {
        var found = SettingProblems(pointer: pointer)
        found.require(maxBytes.bytes, "maxBytes", from: 0, to: 1 << 40)
        found.require(maxEntryBytes.bytes, "maxEntryBytes", from: 0, to: 1 << 40)
        found.require(maxEntries, "maxEntries", from: 0, to: 10_000_000)
        found.require(longestAge, "longestAge", from: .zero, to: .seconds(31_536_000))
        return found.problems
    }
}
