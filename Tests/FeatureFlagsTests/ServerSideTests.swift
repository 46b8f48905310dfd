import AirlockCore
import FeatureFlags
import Testing

/// What differs where everything is known, and what an evaluation tells beside the value.
@Suite struct ServerSideTests {
    private func evaluate(
        _ filters: JSONValue, properties: JSONObject = JSONObject(), cohorts: Set<String> = [],
        extra: JSONObject = JSONObject()
    ) -> FlagOutcome? {
        var flag: JSONObject = ["id": 7, "key": "f", "active": true, "version": 3, "filters": filters]
        for (name, value) in extra { flag[name] = value }
        let context = FlagContext(
            distinctID: "distinct_id_0", personProperties: properties, staticCohorts: cohorts, knowledge: .complete,
            now: 1_767_225_600_000_000)
        return FlagEvaluator(FlagDefinitions(["flags": [.object(flag)]]), context).evaluate("f")
    }

    private func condition(_ filter: JSONValue, rollout: JSONValue = 100) -> JSONValue {
        ["groups": [["properties": [filter], "rollout_percentage": rollout]]]
    }

    @Test(arguments: [
        ("exact", false), ("is_not", true), ("is_set", false), ("is_not_set", true), ("icontains", false),
        ("not_icontains", true), ("regex", false), ("not_regex", true), ("gt", false), ("is_date_before", false),
        ("semver_eq", false), ("not_ends_with", true),
    ])
    func aPropertyThatDoesNotExistIsKnownNotTo(_ operation: String, _ wanted: Bool) {
        let filter: JSONValue = ["key": "p", "type": "person", "operator": .string(operation), "value": "1"]
        #expect(evaluate(condition(filter))?.value?.isOn == wanted)
    }

    @Test func aStaticCohortIsAListOfPeople() {
        let filter: JSONValue = ["key": "id", "type": "cohort", "value": 12]
        #expect(evaluate(condition(filter), cohorts: ["12"])?.value == .on)
        #expect(evaluate(condition(filter), cohorts: ["13"])?.value == .off)
    }

    @Test func theReasonSaysWhichConditionDecided() throws {
        let never: JSONValue = ["properties": [], "rollout_percentage": 0]
        let always: JSONValue = ["properties": [], "rollout_percentage": 100, "variant": "b"]
        let variants: JSONValue = [
            "variants": [["key": "a", "rollout_percentage": 100], ["key": "b", "rollout_percentage": 0]]
        ]
        let filters: JSONValue = [
            "groups": [never, always], "multivariate": variants, "payloads": ["b": "{\"x\": 1}"],
        ]
        guard case .decided(let result) = try #require(evaluate(filters)) else {
            Issue.record("nothing was decided")
            return
        }
        #expect(result.value == .variant("b"))
        #expect(result.reason == .conditionMatch)
        #expect(result.condition == 1)
        #expect(result.reasonText == "Matched condition set 2")
        #expect(result.payload == "{\"x\": 1}")
    }

    @Test func theMostTellingReasonOfSeveralIsTold() throws {
        let other: JSONValue = [
            "properties": [["key": "p", "type": "person", "operator": "exact", "value": "x"]],
            "rollout_percentage": 100,
        ]
        let never: JSONValue = ["properties": [], "rollout_percentage": 0]
        guard case .decided(let result) = try #require(evaluate(["groups": [other, never]])) else {
            Issue.record("nothing was decided")
            return
        }
        #expect(result.reason == .outOfRolloutBound)
        #expect(result.condition == 1)
    }

    @Test func whatIsHeldOutSaysSo() {
        let filters: JSONValue = [
            "groups": [["properties": [], "rollout_percentage": 100]],
            "holdout": ["id": 9, "exclusion_percentage": 100],
        ]
        #expect(evaluate(filters)?.value == .variant("holdout-9"))
    }

    @Test func aCircleOfCohortsEnds() {
        let definitions = FlagDefinitions([
            "flags": [
                [
                    "key": "f", "active": true,
                    "filters": ["groups": [["properties": [["key": "id", "type": "cohort", "value": 1]]]]],
                ]
            ],
            "cohorts": ["1": ["type": "AND", "values": [["key": "id", "type": "cohort", "value": 1]]]],
        ])
        let outcome = FlagEvaluator(definitions, FlagContext(distinctID: "x", now: 0)).evaluate("f")
        #expect(outcome == .undecided(.unsupportedDefinition))
    }

    @Test func cohortsThatNameEachOtherManyTimesOverTakeNoTime() {
        var cohorts = JSONObject()
        for number in 0..<30 {
            let inner: JSONValue = ["key": "id", "type": "cohort", "value": .int(number + 1)]
            cohorts[String(number)] = ["type": "OR", "values": .array(Array(repeating: inner, count: 8))]
        }
        let filter: JSONValue = ["key": "id", "type": "cohort", "value": 0]
        let definitions = FlagDefinitions([
            "flags": [["key": "f", "active": true, "filters": ["groups": [["properties": [filter]]]]]],
            "cohorts": .object(cohorts),
        ])
        let context = FlagContext(distinctID: "x", knowledge: .complete, now: 0)
        #expect(FlagEvaluator(definitions, context).evaluate("f")?.value == nil)
    }

    @Test(arguments: [
        "{}", "[]", "{\"flags\": 3}", "{\"flags\": [3, {\"key\": \"f\", \"active\": true, \"filters\": []}]}",
        "{\"flags\": [{\"key\": \"f\", \"active\": true, \"filters\": {\"groups\": [7], \"multivariate\": {\"variants\": {}}}}]}",
        "{\"flags\": [{\"key\": \"f\", \"active\": true, \"filters\": {\"groups\": [{\"rollout_percentage\": \"x\"}]}}]}",
    ])
    func malformedDefinitionsDecideNothing(_ text: String) throws {
        let definitions = FlagDefinitions(try JSONValue(json: text))
        let outcome = FlagEvaluator(definitions, FlagContext(distinctID: "x", now: 0)).evaluate("f")
        #expect(outcome?.value?.isOn != true)
    }
}
