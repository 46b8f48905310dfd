internal import AirlockCore
internal import LinearRegex

/// Turns a schema document into nodes, collecting every fault on the way. Works off lists instead of recursing, so
/// that no schema is too deep for it.
struct SchemaCompiler {
    let options: JSONSchema.Options
    private(set) var nodes: [SchemaNode] = []
    private(set) var problems: [Problem] = []
    var index = SchemaIndex()
    private var ids: [Location: Int] = [:]
    private var pending: [(location: Location, id: Int)] = []
    /// For each node those that are applied to the same value as it.
    private var inPlace: [[Int]] = []

    init(options: JSONSchema.Options) { self.options = options }

    /// - Returns: the root's node; of no use when there are problems.
    mutating func compile(_ schema: JSONValue) -> Int {
        problems += index.add(document: schema)
        let root = node(at: Location(document: 0, pointer: ""))
        // Unused definitions too, so that their faults are found.
        for location in index.locations(in: 0) { _ = node(at: location) }
        while !isFull, let (location, id) = pending.popLast() { compile(location, into: id) }
        if problems.isEmpty { checkForEndlessReferences() }
        // Found in the order of the work list; the reader wants the order of the document.
        problems.sort { $0.pointer.utf8.lexicographicallyPrecedes($1.pointer.utf8) }
        problems = problems.bounded
        return root
    }

    /// Whether there are more faults than are shown.
    var isFull: Bool { problems.count > AirlockError.maxProblems }

    /// What all patterns of a schema may take together, in instructions: a few bytes of pattern can ask for thousands.
    private static let maxPatternInstructions = 100_000
    private var patternInstructions = 0

    /// - Returns: `false` when there is no room for one more pattern.
    mutating func takeUp(_ regex: LinearRegex) -> Bool {
        patternInstructions += regex.instructionCount
        return patternInstructions <= Self.maxPatternInstructions
    }

    /// The node of the schema at a place that the index knows.
    mutating func node(at location: Location) -> Int {
        if let id = ids[location] { return id }
        let id = nodes.count
        nodes.append(SchemaNode())
        inPlace.append([])
        ids[location] = id
        pending.append((location, id))
        return id
    }

    mutating func fault(
        _ code: String, _ message: String, at location: Location, _ keyword: String = "", suggested: JSONValue? = nil,
        allowed: JSONValue? = nil
    ) {
        let pointer = location.pointer + (keyword.isEmpty ? "" : "/" + keyword.pointerToken)
        problems.append(Problem(code, message, pointer: pointer, allowed: allowed, suggested: suggested))
    }

    private mutating func compile(_ location: Location, into id: Int) {
        guard let schema = index.schemas[location] else { return }
        switch schema.value {
        case .bool(let value): nodes[id].boolean = value
        case .object(let members):
            var builder = NodeBuilder(location: location, members: members, base: schema.base)
            builder.build(&self)
            nodes[id].asksForEvaluated = builder.asksForEvaluated
            nodes[id].keywords = builder.keywords
            inPlace[id] = builder.inPlace
        default:
            // Earlier drafts had a list here.
            let isItems = schema.value.arrayValue != nil && location.pointer.hasSuffix("/items")
            let hint = isItems ? "; a list of schemas is prefixItems" : ""
            fault("invalid_schema", "must be a schema: an object, true or false\(hint)", at: location)
        }
    }

    /// The longest chain of schemas that may apply to one and the same value.
    static let maxChain = 128

    /// Finds schemas that come back to themselves without going deeper into the value: no check of them would end.
    private mutating func checkForEndlessReferences() {
        enum State { case fresh, open, done }
        var states = [State](repeating: .fresh, count: nodes.count)
        var depths = [Int](repeating: 0, count: nodes.count)
        for start in nodes.indices where states[start] == .fresh {
            var path: [(node: Int, next: Int)] = [(start, 0)]
            states[start] = .open
            while let (node, next) = path.last {
                guard next < inPlace[node].count else {
                    states[node] = .done
                    depths[node] = (inPlace[node].map { depths[$0] }.max() ?? 0) + 1
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let child = inPlace[node][next]
                if states[child] == .open { return reportEndless(node: child) }
                if states[child] == .fresh {
                    states[child] = .open
                    path.append((child, 0))
                }
            }
            if depths[start] > SchemaCompiler.maxChain {
                return fault(
                    "endless_reference",
                    "more than \(SchemaCompiler.maxChain) schemas apply to one value one through the other; shorten the "
                        + "chain of references",
                    at: location(of: start))
            }
        }
    }

    private mutating func reportEndless(node: Int) {
        fault(
            "endless_reference",
            "refers back to itself without going deeper into the value, so that checking it would never end",
            at: location(of: node))
    }

    private func location(of node: Int) -> Location {
        ids.first { $0.value == node }?.key ?? Location(document: 0, pointer: "")
    }
}
