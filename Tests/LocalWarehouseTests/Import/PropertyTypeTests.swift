import AirlockCore
import Testing

@testable import LocalWarehouse

@Suite struct PropertyTypeTests {
    /// 2026-01-01
    static let time: Int64 = 1_767_225_600_000_000

    static let cases: [(String, JSONValue, PropertyType?)] = [
        ("n", .int(5), .numeric), ("n", .double(0.5), .numeric), ("b", true, .boolean),
        ("b", "true", .boolean), ("s", "5", .string), ("s", "", .string), ("d", "2026-01-31", .dateTime),
        ("d", "2026-01-31T10:00:00+02:00", .dateTime), ("d", "2026-99-31", .string), ("d", "1767225600", .string),
        ("utm_source", .int(5), .string), ("$initial_utm_x", true, .string), ("$feature/x", true, .string),
        ("$feature_flag_response", true, .string), ("$survey_response_1", .int(4), .string),
        ("updated_at", .int(1_767_225_500), .dateTime), ("updated_at", .int(1_767_225_500_000), .dateTime),
        ("updated_at", .int(5), .numeric), ("time", .int(1_000_000_000), .numeric),
        ("Start Date", .int(1_767_225_500), .dateTime),
        ("amount", .int(1_767_225_500), .numeric), ("x", nil, nil), ("x", ["a"], nil), ("x", ["a": 1], nil),
    ]

    @Test(arguments: cases)
    func detects(name: String, value: JSONValue, type: PropertyType?) {
        #expect(PropertyType.detect(name, value, at: Self.time) == type)
    }

    @Test func theFirstDetectionWins() {
        var types = PropertyTypes(known: [.init(scope: .event, name: "known"): .boolean])
        types.observe(.event, ["a": nil, "known": 1], at: Self.time)
        types.observe(.event, ["a": 1], at: Self.time)
        types.observe(.event, ["a": "text"], at: Self.time)
        types.observe(.person, ["a": "text"], at: Self.time)
        #expect(
            types.added == [.init(scope: .event, name: "a"): .numeric, .init(scope: .person, name: "a"): .string])
    }

    @Test func definitionsInBothShapes() throws {
        let map = try PropertyDefinitions(["a": "Numeric", "b": nil, "c": "datetime"], path: "d.json")
        #expect(map.types == [.init(scope: .event, name: "a"): .numeric, .init(scope: .event, name: "c"): .dateTime])
        let list: JSONValue = [
            "results": [
                ["name": "a", "property_type": "Boolean", "type": 2],
                ["name": "b", "type": "Numeric", "scope": "group"],
                ["name": "c", "property_type": nil, "type": "event"], ["name": "d", "property_type": "Duration"],
                ["name": "e", "type": "person"],
            ]
        ]
        #expect(
            try PropertyDefinitions(list, path: "d.json").types == [
                .init(scope: .person, name: "a"): .boolean, .init(scope: .group, name: "b"): .numeric,
                .init(scope: .event, name: "d"): .numeric,
            ])
    }

    @Test func definitionsNameEveryFault() {
        #expect {
            _ = try PropertyDefinitions(
                [
                    ["name": "a", "type": "Number"], ["type": "String"], ["name": "b", "type": "Strin"],
                    ["name": "c", "scope": "x"],
                ],
                path: "d.json")
        } throws: {
            guard let error = $0 as? AirlockError else { return false }
            return error.problems.map(\.pointer) == ["/0/type", "/1", "/2/type", "/3/scope"]
                && error.problems[2].suggested == "String"
        }
    }
}
