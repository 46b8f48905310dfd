internal import AirlockCore
internal import FeatureFlags

/// The shapes of an answer about flags, from the oldest to the newest.
enum FlagsShape {
    /// `/decide/?v=1`: the keys of those that are on.
    case keys
    /// `/decide/?v=2`: the values of those that are on.
    case enabledValues
    /// `/flags/` without a version, and `/decide/?v=3`: values and payloads.
    case values
    /// `/flags/?v=2`: a record with `enabled` and `variant` for each flag.
    case records
    /// `/flags/?v=3` and later: a record with a typed `value`.
    case typedRecords

    init(isDecide: Bool, version: Int?) {
        switch (isDecide, version ?? 0) {
        case (true, ...1): self = .keys
        case (true, 2): self = .enabledValues
        case (true, 3): self = .values
        case (true, _): self = .records
        case (false, ...1): self = .values
        case (false, 2): self = .records
        case (false, _): self = .typedRecords
        }
    }

    func body(
        _ results: [(FlagDefinition, FlagOutcome)], requestID: String, evaluatedAt: Int64
    ) -> JSONObject {
        let failed = results.contains { if case .undecided = $0.1 { true } else { false } }
        var body: JSONObject = ["errorsWhileComputingFlags": .bool(failed)]
        let decided = results.compactMap { flag, outcome -> (FlagDefinition, FlagResult)? in
            if case .decided(let result) = outcome { (flag, result) } else { nil }
        }
        switch self {
        case .keys:
            body["featureFlags"] = .array(decided.filter { $0.1.value.isOn }.map { .string($0.0.key) })
        case .enabledValues:
            body["featureFlags"] = .object(
                JSONObject(decided.filter { $0.1.value.isOn }.map { ($0.0.key, $0.1.value.jsonValue) }))
        case .values:
            body["featureFlags"] = .object(JSONObject(decided.map { ($0.0.key, $0.1.value.jsonValue) }))
            body["featureFlagPayloads"] = .object(
                JSONObject(decided.compactMap { flag, result in result.payload.map { (flag.key, $0) } }))
        case .records, .typedRecords:
            body["flags"] = .object(JSONObject(results.map { ($0.0.key, record($0.0, $0.1)) }))
        }
        body["requestId"] = .string(requestID)
        body["evaluatedAt"] = .int(evaluatedAt)
        return body
    }

    private func record(_ flag: FlagDefinition, _ outcome: FlagOutcome) -> JSONValue {
        var record: JSONObject = ["key": .string(flag.key)]
        var metadata: JSONObject = [
            "id": .int(flag.id), "version": .int(flag.version), "description": .null, "payload": .null,
            "has_experiment": .bool(flag.hasExperiment),
        ]
        let isTyped = if case .typedRecords = self { true } else { false }
        if isTyped { metadata["config_version"] = 1 }
        switch outcome {
        case .decided(let result):
            var variant: JSONValue = .null
            if case .variant(let key) = result.value { variant = .string(key) }
            if isTyped {
                record["value"] = result.value.jsonValue
                if !variant.isNull { metadata["variant_key"] = variant }
            } else {
                record["enabled"] = .bool(result.value.isOn)
                record["variant"] = variant
            }
            record["reason"] = [
                "code": .string(result.reason.rawValue),
                "condition_index": result.condition.map { .int($0) } ?? .null,
                "description": .string(result.reasonText),
            ]
            metadata["payload"] = result.payload ?? .null
        case .undecided(let reason):
            if isTyped {
                record["value"] = .null
            } else {
                record["enabled"] = false
                record["variant"] = .null
            }
            record["failed"] = true
            record["reason"] = [
                "code": "error", "condition_index": .null, "description": .string(reason.rawValue),
            ]
        }
        record["metadata"] = .object(metadata)
        return .object(record)
    }
}
