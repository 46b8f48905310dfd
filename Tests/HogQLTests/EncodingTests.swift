import AirlockCore
import HogQL
import Testing

@Suite("Trees and analyses as JSON")
struct EncodingTests {
    static let query = """
        WITH e2 AS (SELECT 1)
        SELECT DISTINCT é.x AS "ä", count(*) FILTER (WHERE a > -1.5)
        FROM events é
        LIMIT 5
        """

    /// Names with other letters than A to Z stand in backticks.
    static let text = query.split(separator: "é").joined(separator: "`é`")

    @Test("a node has its kind, its place and its members, in the order of the query")
    func tree() throws {
        let json = try parseSelect(Self.text).json(in: Self.text)
        #expect(json["kind"] == "select")
        #expect(json.objectValue?.keys == ["kind", "line", "column", "with", "distinct", "columns", "from", "limit"])
        let column = try #require(json["columns"]?.arrayValue?.first)
        #expect(
            column == [
                "kind": "alias", "line": 2, "column": 17, "name": "ä",
                "value": ["kind": "field", "line": 2, "column": 17, "path": ["é", "x"]],
            ])
        let call = try #require(json["columns"]?.arrayValue?.last)
        #expect(call["line"] == 2 && call["column"] == 31)
        #expect(call["arguments"]?.arrayValue?.first?["kind"] == "columns")
        #expect(call["filter"]?["operator"] == ">")
        #expect(call["filter"]?["right"]?["value"] == .double(-1.5))
        #expect(
            json["from"]?["first"] == [
                "kind": "table", "line": 3, "column": 6, "path": ["events"], "alias": "é",
            ])
        #expect(json["limit"]?["count"]?["value"] == 5)
    }

    @Test("every kind of node occurs in the recorded queries, and no other")
    func kinds() throws {
        var found: Set<String> = []
        for recorded in OracleTests.recorded {
            guard let statement = try? parseSelect(recorded.query) else { continue }
            Self.collect(statement.json(in: recorded.query), &found)
        }
        #expect(found == Set(NodeKind.allCases.map(\.rawValue)))
    }

    private static func collect(_ value: JSONValue, _ found: inout Set<String>) {
        switch value {
        case .array(let elements): for element in elements { collect(element, &found) }
        case .object(let object):
            if let kind = object["kind"]?.stringValue { found.insert(kind) }
            for (_, member) in object { collect(member, &found) }
        default: break
        }
    }

    @Test("places agree with those of errors")
    func places() throws {
        let text = "select a,\n\tlower('é') , `👩‍👩‍👧`, bb\r\nfrom t"
        let json = try parseSelect(text).json(in: text)
        let places = try #require(json["columns"]?.arrayValue).map {
            "\($0["line"]?.intValue ?? 0):\($0["column"]?.intValue ?? 0)"
        }
        #expect(places == ["1:8", "2:2", "2:15", "2:20"])
        guard case .select(let query) = try parseSelect(text) else { return }
        for (column, place) in zip(query.columns, places) {
            guard case .query(let line, let character) = location(of: column.range.lower, in: text) else { continue }
            #expect("\(line):\(character)" == place)
        }
    }

    @Test("an analysis holds its findings and its hints")
    func analysis() throws {
        let text = "select * from events\nwhere properties.a = {x}"
        let json = Analysis(try parseSelect(text)).json(in: text)
        #expect(
            json == [
                "tables": ["events"],
                "columns": [["table": "events", "column": "*"]],
                "properties": ["events.properties.*", "events.properties.a"],
                "functions": [], "placeholders": ["x"], "limit": nil, "uses_offset": false,
                "cost_hints": [
                    [
                        "kind": "no_time_range", "advice": .string(CostHint.Kind.noTimeRange.advice), "line": 1,
                        "column": 15,
                    ],
                    ["kind": "select_all", "advice": .string(CostHint.Kind.selectAll.advice), "line": 1, "column": 8],
                    ["kind": "no_limit", "advice": .string(CostHint.Kind.noLimit.advice), "line": 1, "column": 1],
                ],
            ])
    }
}
