/// Why a pattern was refused, and where.
public struct PatternError: Error, Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        /// The pattern does not follow the grammar of its dialect.
        case syntax
        /// The pattern asks for what a linear-time engine cannot or does not do.
        case unsupported
        /// The pattern would need a program larger than the engine allows.
        case tooLarge = "too_large"
    }

    public var kind: Kind
    /// A short sentence without a final stop and without the place.
    public var reason: String
    /// The place: Unicode scalars before it, from 0.
    public var offset: Int
}

extension PatternError: CustomStringConvertible {
    public var description: String { "\(reason) (at offset \(offset) of the pattern)" }
}
