import AirlockCore
import FeatureFlags
import Testing

/// What PostHog's Python SDK answers, as `record.py` wrote it down.
@Suite struct RecordedVectorTests {
    private let lines: [JSONValue]
    private let now: Int64

    init() throws {
        let file = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
        lines = try TextFile.lines("/\(file)/vectors.jsonl").map { try JSONValue(json: $0) }
        now = try #require(lines.first?["now"]?.numberValue?.int64)
    }

    @Test func filtersDecideAsInTheSDK() throws {
        let values = try #require(lines.first?["values"]?.arrayValue)
        var wrong: [String] = []
        var count = 0
        for line in lines {
            guard let filter = line["filter"], let results = line["results"]?.stringValue else { continue }
            let flag: JSONValue = [
                "key": "f", "active": true,
                "filters": ["groups": [["properties": [filter], "rollout_percentage": 100]]],
            ]
            let definitions = FlagDefinitions(["flags": [flag], "property_matching_version": line["version"] ?? 1])
            for (index, wanted) in results.enumerated() {
                var properties = JSONObject()
                if index < values.count { properties["p"] = values[index] }
                let context = FlagContext(distinctID: "x", personProperties: properties, now: now)
                let found = letter(try #require(FlagEvaluator(definitions, context).evaluate("f")))
                count += 1
                if found != wanted {
                    wrong.append("\(filter.json) of \(properties["p"]?.json ?? "nothing"): \(found), not \(wanted)")
                }
            }
        }
        #expect(count > 10_000)
        #expect(wrong.isEmpty, "\(wrong.count) of \(count): \(wrong.prefix(40).joined(separator: "\n"))")
    }

    @Test func flagsDecideAsInTheSDK() throws {
        var wrong: [String] = []
        var count = 0
        for line in lines {
            guard let document = line["definitions"], let people = line["people"]?.arrayValue else { continue }
            let definitions = FlagDefinitions(document)
            for person in people {
                let evaluator = FlagEvaluator(definitions, context(person))
                for (key, wanted) in try #require(person["results"]?.objectValue) {
                    let found = json(try #require(evaluator.evaluate(key)))
                    count += 1
                    if found != wanted {
                        let flag = document["flags"]?.arrayValue?.first { $0["key"] == .string(key) }
                        wrong.append(
                            "\(found.json), not \(wanted.json): \(flag?.json ?? "") for \(person.json.prefix(300))")
                    }
                }
            }
        }
        #expect(count > 3000)
        #expect(wrong.isEmpty, "\(wrong.count) of \(count): \(wrong.prefix(10).joined(separator: "\n"))")
    }

    private func context(_ person: JSONValue) -> FlagContext {
        FlagContext(
            distinctID: person["distinct_id"]?.stringValue ?? "", deviceID: person["device_id"]?.stringValue,
            personProperties: person["properties"]?.objectValue ?? JSONObject(),
            groups: Dictionary(
                (person["groups"]?.objectValue ?? JSONObject()).map { ($0.key, $0.value.stringValue ?? "") },
                uniquingKeysWith: { $1 }),
            groupProperties: Dictionary(
                (person["group_properties"]?.objectValue ?? JSONObject()).map {
                    ($0.key, $0.value.objectValue ?? JSONObject())
                }, uniquingKeysWith: { $1 }),
            now: now)
    }

    private func letter(_ outcome: FlagOutcome) -> Character {
        switch outcome {
        case .decided(let result): result.value.isOn ? "t" : "f"
        case .undecided(let reason): reason.rawValue.first ?? "?"
        }
    }

    private func json(_ outcome: FlagOutcome) -> JSONValue {
        switch outcome {
        case .decided(let result): result.value.jsonValue
        case .undecided(let reason): ["undecided": .string(reason.rawValue)]
        }
    }
}
