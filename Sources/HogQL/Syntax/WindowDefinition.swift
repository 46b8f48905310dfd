/// `PARTITION BY … ORDER BY … ROWS BETWEEN … AND …`
public struct WindowDefinition: Sendable, Hashable {
    public var partitionBy: [QueryExpression]
    public var orderBy: [OrderItem]
    public var frame: WindowFrame?

    public init(partitionBy: [QueryExpression] = [], orderBy: [OrderItem] = [], frame: WindowFrame? = nil) {
        self.partitionBy = partitionBy
        self.orderBy = orderBy
        self.frame = frame
    }
}

/// `WINDOW name AS (…)`
public struct NamedWindow: Sendable, Hashable {
    public var name: Identifier
    public var definition: WindowDefinition

    public init(name: Identifier, definition: WindowDefinition) {
        self.name = name
        self.definition = definition
    }
}

public struct WindowFrame: Sendable, Hashable {
    public enum Unit: String, Sendable, Hashable {
        case rows = "ROWS"
        case range = "RANGE"
    }

    public enum Bound: Sendable, Hashable {
        case currentRow
        case unboundedPreceding
        case unboundedFollowing
        case preceding(QueryExpression)
        case following(QueryExpression)
    }

    public var unit: Unit
    public var start: Bound
    /// `nil` when only a start is written; the end is then the current row.
    public var end: Bound?

    public init(unit: Unit, start: Bound, end: Bound? = nil) {
        self.unit = unit
        self.start = start
        self.end = end
    }
}
