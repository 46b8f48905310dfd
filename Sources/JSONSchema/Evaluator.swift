internal import AirlockCore

/// One check of one value.
struct Evaluator {
    let schema: JSONSchema
    /// Whether to find all problems, or to stop at the first: once there are more than are shown, the next is as good
    /// as the last.
    var collects: Bool { isCollecting && result.count <= AirlockError.maxProblems }
    private var isCollecting: Bool
    private(set) var result: [Problem] = []
    private var seen: Set<Problem> = []
    private(set) var stepsLeft: Int
    /// Why the check was given up: its answer is not known then, so that even `not` must not turn it round.
    private var failure: Problem?
    var path: [Token] = []
    /// The outermost schema that applies to the value at hand: what a suggestion has to satisfy.
    private var anchor = 0
    private var depth = 0

    /// A step of the pointer to the value at hand.
    enum Token {
        case name(String)
        case index(Int)
    }

    /// Schemas applied one inside the other; a value nested deeper than this allows is refused. Bounds the stack.
    static let maxDepth = 768
    /// Larger values stand in no problem; see ``JSONValue/weight``.
    static let maxShownWeight = 1000

    init(schema: JSONSchema, collects: Bool) {
        self.schema = schema
        isCollecting = collects
        stepsLeft = schema.maxSteps
    }

    mutating func run(_ value: JSONValue) -> Bool {
        var nothing: Evaluated?
        anchor = schema.root
        let valid = check(schema.root, value, &nothing)
        result = result.bounded
        if let failure {
            result.append(failure)
            return false
        }
        return valid
    }

    var isExhausted: Bool { failure != nil }

    private mutating func giveUp() {
        failure =
            failure
            ?? Problem("too_costly", "checking this value against its schema takes too much work; simplify either")
    }

    // MARK: Walking

    /// Checks a value against a node, noting in `evaluated` what a valid node has looked at.
    mutating func check(_ id: Int, _ value: JSONValue, _ evaluated: inout Evaluated?) -> Bool {
        guard spend(1) else { return false }
        guard depth < Evaluator.maxDepth else {
            failure = failure ?? Problem("too_deep", "is nested too deeply for this schema", pointer: pointer)
            return false
        }
        depth += 1
        defer { depth -= 1 }
        let node = schema.nodes[id]
        if let boolean = node.boolean {
            if !boolean { report("false_schema", "is not allowed here") }
            return boolean
        }
        var own: Evaluated? = node.asksForEvaluated || evaluated != nil ? Evaluated() : nil
        var valid = true
        for keyword in node.keywords where !check(keyword, value, &own) {
            valid = false
            if !collects || isExhausted { return false }
        }
        if valid, let own { evaluated?.merge(own) }
        return valid
    }

    /// Checks a part of the value at hand.
    mutating func descend(_ token: Token, _ id: Int, _ value: JSONValue) -> Bool {
        let outer = anchor
        anchor = id
        path.append(token)
        defer {
            anchor = outer
            path.removeLast()
        }
        var nothing: Evaluated?
        return check(id, value, &nothing)
    }

    /// Checks without reporting anything.
    mutating func quietly(_ id: Int, _ value: JSONValue, _ evaluated: inout Evaluated?) -> Bool {
        let before = isCollecting
        isCollecting = false
        defer { isCollecting = before }
        return check(id, value, &evaluated)
    }

    mutating func spend(_ steps: Int) -> Bool {
        stepsLeft -= max(0, steps)
        if stepsLeft < 0 { giveUp() }
        return !isExhausted
    }

    /// Runs `body` on the steps that are left.
    mutating func withBudget<Result>(_ body: (inout Int) -> Result) -> Result {
        var left = stepsLeft
        defer {
            stepsLeft = left
            if left < 0 { giveUp() }
        }
        return body(&left)
    }

    // MARK: Reporting

    /// The `multipleOf` that the value at hand has to satisfy.
    var step: JSONNumber? {
        for case .multipleOf(let step) in schema.nodes[anchor].keywords { return step }
        return nil
    }

    var pointer: String {
        path.reduce(into: "") { text, token in
            switch token {
            case .name(let name): text += "/" + name.pointerToken
            case .index(let index): text += "/\(index)"
            }
        }
    }

    /// - Parameter candidates: values that may be right instead, best first; one that is valid is suggested.
    mutating func report(
        _ code: String, _ message: @autoclosure () -> String, allowed: @autoclosure () -> JSONValue? = nil,
        candidates: @autoclosure () -> [JSONValue] = []
    ) {
        guard collects, !isExhausted else { return }
        let suggested = candidates().first { candidate in
            var nothing: Evaluated?
            return quietly(anchor, candidate, &nothing)
        }
        add(Problem(code, message(), pointer: pointer, allowed: allowed(), suggested: suggested))
    }

    mutating func add(_ problem: Problem) {
        var problem = problem
        // What is allowed may be as large as the schema, and what is suggested as large as the value.
        if let allowed = problem.allowed, allowed.weight > Evaluator.maxShownWeight { problem.allowed = nil }
        if let suggested = problem.suggested, suggested.weight > Evaluator.maxShownWeight { problem.suggested = nil }
        // The same schema may apply twice, by two ways of reference.
        if collects, seen.insert(problem).inserted { result.append(problem) }
    }

    /// The problems that `body` reports, which are not kept.
    mutating func problems(of body: (inout Evaluator) -> Void) -> [Problem] {
        let (outerResult, outerSeen) = (result, seen)
        (result, seen) = ([], [])
        body(&self)
        let found = result
        (result, seen) = (outerResult, outerSeen)
        return found
    }
}

/// Which members and elements of a value its schemas have looked at.
struct Evaluated {
    var allMembers = false
    var members: Set<JSONValue> = []
    var allElements = false
    /// The elements before this index.
    var prefix = 0
    var elements: Set<Int> = []

    mutating func merge(_ other: Evaluated) {
        allMembers = allMembers || other.allMembers
        members.formUnion(other.members)
        allElements = allElements || other.allElements
        prefix = max(prefix, other.prefix)
        elements.formUnion(other.elements)
    }
}
