/// A name as it stands in a query, without its quotes.
public struct Identifier: Sendable, Hashable {
    public var name: String
    public var range: SourceRange

    public init(_ name: String, range: SourceRange = .none) {
        self.name = name
        self.range = range
    }
}
