/// A half-open range of byte offsets into a query's UTF-8 text.
public struct SourceRange: Sendable, Hashable {
    public var lower: Int
    public var upper: Int

    public init(_ lower: Int, _ upper: Int) {
        self.lower = lower
        self.upper = upper
    }

    /// The range of what was not read from a text, as a substituted value.
    public static let none = SourceRange(0, 0)

    /// From the start of `self` to the end of `other`.
    public func through(_ other: SourceRange) -> SourceRange { SourceRange(lower, other.upper) }
}
