internal import AirlockCore

extension QueryExpression {
    static let maxValueDepth = 32

    /// A JSON value as nodes of the tree: constants, arrays, and dictionaries for objects.
    init(json value: JSONValue, depth: Int = 0) throws(AirlockError) {
        guard depth <= Self.maxValueDepth else {
            throw AirlockError(.invalidQuery, "a value is nested more than \(Self.maxValueDepth) deep")
        }
        switch value {
        case .null: self.init(.constant(.null))
        case .bool(let truth): self.init(.constant(.bool(truth)))
        case .number(let number):
            guard number.double != nil else {
                throw AirlockError(.invalidQuery, "a number lies outside the range of numbers a query can hold")
            }
            self.init(.constant(.number(number)))
        case .string(let text):
            guard !text.utf8.contains(0) else {
                throw AirlockError(.invalidQuery, "a string with a NUL character cannot stand in a query")
            }
            self.init(.constant(.string(text)))
        case .array(let elements):
            var nodes: [QueryExpression] = []
            for element in elements { nodes.append(try QueryExpression(json: element, depth: depth + 1)) }
            self.init(.array(nodes))
        case .object:
            throw AirlockError(
                .invalidQuery, "an object cannot be a query's value", hint: "Pass its members as values of their own.")
        }
    }
}
