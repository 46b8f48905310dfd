import AirlockCore
import JSONSchema

/// JSON Schemas: a schema, a zero byte, an instance. The verdict is the same however the two are written down, the whole
/// check agrees with the quick one, and what is suggested would do.
enum SchemaFuzz: FuzzTarget {
    static let name = "schema"

    private static var options: JSONSchema.Options {
        var options = JSONSchema.Options()
        // A tenth of the default, which takes up to a second.
        options.maxSteps = 2_000_000
        return options
    }

    static func check(_ bytes: [UInt8]) throws(Complaint) {
        let parts = parts(of: bytes, atMost: 2)
        guard let schema = value(parts[0]) else { return }
        let compiled: JSONSchema
        do throws(AirlockError) {
            compiled = try JSONSchema(schema, options: options)
        } catch {
            return try ErrorRules.check(error, lines: 1)
        }
        guard parts.count > 1, let instance = value(parts[1]) else { return }
        let problems = compiled.problems(in: instance)
        try ErrorRules.check(problems, lines: 1)
        let verdict = compiled.isValid(instance)
        let isCut = problems.contains { $0.code == "too_costly" || $0.code == "too_deep" }
        try hold(verdict == problems.isEmpty || isCut, "isValid says \(verdict), problems(in:) the opposite")
        guard let rewritten = try? JSONSchema(try JSONValue(json: schema.canonicalJSONBytes), options: options),
            let copy = try? JSONValue(json: instance.canonicalJSONBytes)
        else { throw Complaint("the schema's canonical text is not valid") }
        try hold(rewritten.isValid(copy) == verdict || isCut, "the canonical texts are judged otherwise")
        // Each is a check of its own.
        for problem in problems.prefix(8) { try check(problem, of: instance, compiled) }
    }

    private static func value(_ text: ArraySlice<UInt8>) -> JSONValue? {
        try? JSONValue(json: Array(text), maxDepth: 64)
    }

    /// The value at fault is there, and what is suggested in its place does away with the problem.
    private static func check(_ problem: Problem, of instance: JSONValue, _ schema: JSONSchema) throws(Complaint) {
        guard problem.code != "too_deep" else { return }
        let tokens = problem.pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(unescaped)
        guard let suggested = problem.suggested, !suggestsName.contains(problem.code) else {
            _ = try present(replacing(tokens[...], in: instance, by: nil), "\(problem.pointer) leads nowhere")
            return
        }
        let mended = try present(
            replacing(tokens[...], in: instance, by: suggested), "\(problem.pointer) leads nowhere")
        let left = schema.problems(in: mended)
        try hold(
            !left.contains { ($0.code, $0.pointer, $0.message) == (problem.code, problem.pointer, problem.message) },
            "\(problem) is still there with what is suggested")
    }

    /// These are about a member's name, and so is what they suggest.
    private static let suggestsName: Set = ["additionalProperties", "unevaluatedProperties", "propertyNames"]

    /// - Returns: `nil` when there is nothing at that place.
    private static func replacing(_ tokens: ArraySlice<String>, in value: JSONValue, by new: JSONValue?) -> JSONValue? {
        guard let token = tokens.first else { return new ?? value }
        let rest = tokens.dropFirst()
        switch value {
        case .object(var members):
            guard let inner = members[token].flatMap({ replacing(rest, in: $0, by: new) }) else { return nil }
            members[token] = inner
            return .object(members)
        case .array(var elements):
            guard let index = Int(token), elements.indices.contains(index),
                let inner = replacing(rest, in: elements[index], by: new)
            else { return nil }
            elements[index] = inner
            return .array(elements)
        default: return nil
        }
    }

    /// RFC 6901 §4.
    private static func unescaped(_ token: Substring) -> String {
        var name = String.UnicodeScalarView()
        var isEscape = false
        for scalar in token.unicodeScalars {
            if scalar == "~", !isEscape {
                isEscape = true
            } else {
                name.append(isEscape ? scalar == "1" ? "/" : "~" : scalar)
                isEscape = false
            }
        }
        return String(name)
    }
}
