import AirlockCore
import DriverKit

/// A driver in memory: what it answers is a closure of the test.
struct FakeDriver: DataDriver {
    var analysis = QueryAnalysis(tables: ["events"])
    var answer: @Sendable (String, JSONObject, QueryOptions) async throws(AirlockError) -> QueryReply = {
        (_, _, options) throws(AirlockError) in
        .numbers(options.maxRows)
    }

    var name: String { "fake" }
    var methods: [DriverMethod] {
        [DriverMethod(name: "get_events", writes: false), DriverMethod(name: "capture", writes: true)]
    }

    func listObjects() async throws(AirlockError) -> [DataObject] {
        [DataObject(name: "events", description: "What happened", available: true, queryable: true)]
    }

    func fields(of object: String) async throws(AirlockError) -> [DataField] {
        guard object == "events" else {
            throw AirlockError(.unknownObject, "there is no object '\(object)'", hint: "Did you mean events?")
        }
        return [
            DataField(name: "event", type: "String", description: "The name", example: "signup"),
            DataField(name: "distinct_id", type: "String", description: "Who", example: "u1"),
        ]
    }

    func prepare(_ text: String, values: JSONObject) async throws(AirlockError) -> any PreparedQuery {
        if text == "nonsense" {
            throw AirlockError(.invalidQuery, "unexpected 'nonsense'", at: .query(line: 1, column: 1))
        }
        return Prepared(analysis: analysis, text: text, values: values, answer: answer)
    }

    func names(of kind: DataNameKind) async throws(AirlockError) -> [String] { [] }

    func call(
        _ method: String, params: JSONObject, options: QueryOptions
    ) async throws(AirlockError) -> JSONValue {
        ["method": .string(method), "params": .object(params)]
    }

    struct Prepared: PreparedQuery {
        var analysis: QueryAnalysis
        var text: String
        var values: JSONObject
        var answer: @Sendable (String, JSONObject, QueryOptions) async throws(AirlockError) -> QueryReply

        func run(_ options: QueryOptions) async throws(AirlockError) -> QueryReply {
            try await answer(text, values, options)
        }
    }
}

extension QueryReply {
    /// One column `n` counting from 1.
    static func numbers(_ count: Int) -> QueryReply {
        QueryReply(table: Table(columns: ["n"], types: ["UInt64"], rows: (0..<count).map { [.int($0 + 1)] }))
    }
}
