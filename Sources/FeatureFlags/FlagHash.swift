internal import AirlockCore

/// Where somebody lies between 0 and 1 for a flag: always at the same place, and evenly spread.
public enum FlagHash {
    /// What a rollout percentage is compared with.
    public static func rollout(flag: String, value: String) -> Double { fraction("\(flag).\(value)") }

    /// What chooses among variants.
    public static func variant(flag: String, value: String) -> Double { fraction("\(flag).\(value)variant") }

    /// What chooses who is held out; the same for all flags.
    public static func holdout(value: String) -> Double { fraction("holdout-\(value)") }

    /// The first 15 hexadecimal digits of the SHA-1, as a share of the largest such number.
    private static func fraction(_ text: String) -> Double {
        let digest = SHA1.digest(text.utf8)
        let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 4
        return Double(number) / Double(UInt64(0xFFF_FFFF_FFFF_FFFF))
    }
}
