import AirlockCore
import Templating
import Testing

@testable import airlock

@Suite struct MatrixTests {
    static let schema = VariableSchemaSample.schema

    private func matrix(_ texts: [String], given: VariableInputs = VariableInputs()) throws -> Matrix {
        try Matrix(texts, schema: Self.schema, given: given)
    }

    @Test func everyCombinationTheLastFastest() throws {
        let matrix = try matrix(["country=US,DE", "max-days=7,14,30"])
        #expect(matrix.count == 6)
        #expect(matrix.axes.map(\.name) == ["country", "max_days"])
        #expect((0..<6).map(matrix.indices) == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]])
        let inputs = matrix.inputs(4, over: VariableInputs())
        #expect(inputs.settings.map(\.name) == ["country", "max_days"])
        #expect(inputs.settings.map(\.text) == ["DE", "14"])
    }

    @Test(
        arguments: [
            ("country=US", [.text("US")]), (#"country=["a,b","c"]"#, [.typed("a,b"), .typed("c")]),
            ("max_days=[1,2]", [.typed(1), .typed(2)]), ("steps=a,b", [.text("a,b")]),
            (#"steps=["a","b"]"#, [.text(#"["a","b"]"#)]),
        ] as [(String, [Matrix.Value])])
    func values(text: String, expected: [Matrix.Value]) throws {
        #expect(try matrix([text]).axes.first?.values == expected)
    }

    @Test func aListTakesAValueEachTime() throws {
        let matrix = try matrix(["steps=a,b", "country=US", "steps=c"])
        #expect(matrix.axes.map(\.values) == [[.text("a,b"), .text("c")], [.text("US")]])
    }

    @Test(arguments: [
        (["days"], "form"), (["=7"], "form"), (["dys=7"], "unknown_variable"), (["country="], "empty"),
        (["country=US,,DE"], "empty"), (["country=[]"], "empty"), (["country=[\"US\""], "json"),
        (["country=US,US"], "given_twice"), (["country=US", "country=US"], "given_twice"), (["token=a,b"], "secret"),
    ])
    func refuses(texts: [String], code: String) {
        do throws(AirlockError) {
            _ = try Matrix(texts, schema: Self.schema, given: VariableInputs())
            Issue.record("\(texts) was taken")
        } catch {
            #expect(error.problems.map(\.code) == [code], "\(error)")
        }
    }

    @Test func allFaultsAtOnceAndWhatIsGivenBeside() {
        var given = VariableInputs()
        given.flags = [("max-days", "3")]
        do throws(AirlockError) {
            _ = try Matrix(["max_days=7", "cuntry=US", "country"], schema: Self.schema, given: given)
            Issue.record("was taken")
        } catch {
            #expect(error.problems.map(\.code) == ["given_twice", "unknown_variable", "form"])
            #expect(error.problems[1].message.contains("'country'"))
        }
    }

    @Test func combinationsAreBounded() throws {
        let values = (0..<Matrix.maxCells).map(String.init).joined(separator: ",")
        #expect(try matrix(["country=\(values)"]).count == Matrix.maxCells)
        #expect(throws: AirlockError.self) { try matrix(["country=\(values)", "max_days=1,2"]) }
        // More than an Int holds.
        let many = (0..<999).map(String.init).joined(separator: ",")
        let axes = (0..<20).map { "v\($0)=\(many)" }
        let schema = try VariableSchemaSample.schema(of: (0..<20).map { "v\($0) = { type = \"string\" }" })
        #expect(throws: AirlockError.self) { try Matrix(axes, schema: schema, given: VariableInputs()) }
    }

    @Test func faultsOfManyCellsAreSaidOnce() throws {
        let matrix = try matrix(["country=US,DE,FR", "max_days=0,7"])
        var problems = MatrixProblems(matrix)
        #expect(problems.error == nil)
        for cell in 0..<matrix.count {
            var found = [Problem("missing_variable", "a value must be given", pointer: "/steps")]
            if matrix.indices(cell)[1] == 0 { found.append(Problem("minimum", "too small", pointer: "/max_days")) }
            if cell == 2 { found.append(Problem("after", "too early", pointer: "/country")) }
            problems.add(AirlockError(.invalidVariables, "no", problems: found), cell: cell)
        }
        #expect(
            problems.error?.problems.map(\.message) == [
                "a value must be given", "too small (value 1 of --matrix max_days)",
                "too early (value 2 of --matrix country) (in 1 of 6 combinations)",
            ])
    }
}

/// Variables as a template declares them.
enum VariableSchemaSample {
    static let schema: VariableSchema =
        (try? schema(of: [
            #"country = { type = "string" }"#, #"max_days = { type = "integer", minimum = 1 }"#,
            #"steps = { type = "array", items = { type = "string" } }"#, #"token = { type = "string", secret = true }"#,
        ])) ?? VariableSchema([])

    static func schema(of declarations: [String]) throws -> VariableSchema {
        let lines = ["# /// script", "# [tool.airlock.variables]"] + declarations.map { "# " + $0 } + ["# ///", ""]
        return try Template(name: "t", bytes: Array(lines.joined(separator: "\n").utf8)).variables
    }
}
