internal import AirlockCore
internal import HogQL

typealias NamedWindowSyntax = WindowDefinition

/// An expression that WITH has named; it is read anew where the name is used.
struct CTEExpression {
    let syntax: QueryExpression
}

/// Turns a syntax tree into a ``QueryPlan``: names are looked up, types worked out, functions bound. What the warehouse
/// cannot answer is refused here, before anything runs.
final class Resolver {
    let schema: QuerySchema
    let calendar: ProjectCalendar
    private let moment: Int64
    /// Whether anybody has asked for the time.
    private(set) var readsClock = false
    let values: JSONObject
    private let text: String
    private(set) var shared: [QueryPlan] = []
    private var aliasCount = 0
    private var slotCount = 0
    private var depth = 0
    /// Above zero inside JOIN … ON, where comparisons with NULL are SQL's own.
    var plainNulls = 0
    /// The SQL alias of the table whose ON is being read.
    var joining: String?
    /// The queries around the expression being read, the nearest last.
    var outerScopes: [SelectScope] = []

    /// More nodes than this, aliases written out, and a query is refused: `a + a AS b, b + b AS c …` doubles each time.
    static let maxExpressionSize = 20_000
    static let maxDepth = 200

    init(
        text: String, values: JSONObject, schema: QuerySchema, calendar: ProjectCalendar, now: Int64
    ) {
        self.text = text
        self.values = values
        self.schema = schema
        self.calendar = calendar
        moment = now
    }

    /// Microseconds since 1970 UTC, the same throughout a query.
    var now: Int64 {
        readsClock = true
        return moment
    }

    func newAlias() -> String {
        aliasCount += 1
        return "t\(aliasCount)"
    }

    func newSlot() -> Int {
        slotCount += 1
        return slotCount
    }

    func share(_ plan: QueryPlan) -> Int {
        shared.append(plan)
        return shared.count - 1
    }

    // MARK: - Errors

    func location(_ range: SourceRange) -> AirlockError.Location? {
        guard range != .none else { return nil }
        var (line, column) = (1, 1)
        for (offset, byte) in text.utf8.enumerated() {
            if offset >= range.lower { break }
            if byte == 0x0A {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return .query(line: line, column: column)
    }

    func invalid(_ message: String, _ range: SourceRange, hint: String? = nil) -> AirlockError {
        AirlockError(.invalidQuery, message, at: location(range), hint: hint)
    }

    func unsupported(_ what: String, _ range: SourceRange, hint: String? = nil) -> AirlockError {
        AirlockError(
            .unsupportedQuery, "the local warehouse does not support \(what)", at: location(range), hint: hint)
    }

    /// A construct that is refused as a whole.
    func refuse(_ refusal: Refusal, _ range: SourceRange) -> AirlockError {
        AirlockError(.unsupportedQuery, refusal.message, at: location(range), hint: refusal.remedy)
    }

    /// Guards recursion against a tree deeper than the stack.
    func nested<Result>(
        _ range: SourceRange, _ body: () throws(AirlockError) -> Result
    ) throws(AirlockError) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.maxDepth else { throw invalid("the query is nested too deeply", range) }
        return try body()
    }

    func checkSize(_ node: Node, _ range: SourceRange) throws(AirlockError) -> Node {
        guard node.size < Self.maxExpressionSize else {
            throw invalid(
                "an expression grows too large when its aliases are written out", range,
                hint: "Compute the repeated part in a subquery.")
        }
        return node
    }
}
