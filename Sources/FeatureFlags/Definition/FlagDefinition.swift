public import AirlockCore

/// A feature flag as PostHog's API describes it.
public struct FlagDefinition: Sendable, Hashable {
    public let key: String
    public let id: Int
    public let version: Int
    public let isActive: Bool
    /// `ensure_experience_continuity`: the server remembers what a person saw before they identified.
    public let keepsExperience: Bool
    /// `evaluation_runtime`: `all`, `server` or `client`.
    public let runtime: String
    public let hasExperiment: Bool
    let bucketsByDevice: Bool
    let isEnrollment: Bool
    /// `aggregation_group_type_index`: the flag is about groups of this type, not about persons.
    let groupType: JSONValue?
    let exitsEarly: Bool
    let holdout: Holdout?
    let conditions: [Condition]
    let variants: [Variant]
    let payloads: JSONObject
    /// Something of it cannot be understood.
    let isMalformed: Bool

    struct Holdout: Sendable, Hashable {
        var id: String
        /// 0 to 100.
        var percentage: Double
    }

    struct Variant: Sendable, Hashable {
        var key: String
        var percentage: Double
    }

    struct Condition: Sendable, Hashable {
        var filters: [PropertyFilter]
        /// 0 to 100; `nil` for everybody.
        var percentage: Double?
        var variant: String?
        /// What takes the place of the flag's own `aggregation_group_type_index`; `nil` when the condition is silent.
        var groupType: JSONValue?
    }

    /// - Returns: `nil` for what has no key.
    public init?(_ value: JSONValue) {
        guard let key = value["key"]?.stringValue else { return nil }
        self.key = key
        id = value["id"]?.intValue ?? 0
        version = value["version"]?.intValue ?? 0
        isActive = value["active"]?.boolValue ?? false
        keepsExperience = value["ensure_experience_continuity"]?.boolValue ?? false
        runtime = value["evaluation_runtime"]?.stringValue ?? "all"
        hasExperiment =
            value["has_experiment"]?.boolValue ?? !(value["experiment_set"]?.arrayValue ?? []).isEmpty
        let filters = value["filters"]?.objectValue ?? JSONObject()
        bucketsByDevice =
            (value["bucketing_identifier"]?.stringValue ?? filters["bucketing_identifier"]?.stringValue) == "device_id"
        isEnrollment = filters["feature_enrollment"]?.boolValue ?? false
        groupType = Self.present(filters["aggregation_group_type_index"])
        exitsEarly = filters["early_exit"]?.boolValue ?? false
        payloads = filters["payloads"]?.objectValue ?? JSONObject()
        var isSound = true
        holdout = Self.holdout(filters["holdout"], &isSound)
        conditions = Self.list(filters["groups"], &isSound).compactMap { Self.condition($0, &isSound) }
        variants = Self.list(filters["multivariate"]?["variants"], &isSound).compactMap { Self.variant($0, &isSound) }
        isMalformed = !isSound
    }

    private static func present(_ value: JSONValue?) -> JSONValue? { value?.isNull == true ? nil : value }

    private static func list(_ value: JSONValue?, _ isSound: inout Bool) -> [JSONValue] {
        guard let value = present(value) else { return [] }
        if value.arrayValue == nil { isSound = false }
        return value.arrayValue ?? []
    }

    private static func holdout(_ value: JSONValue?, _ isSound: inout Bool) -> Holdout? {
        guard let id = present(value?["id"]), let share = present(value?["exclusion_percentage"]) else { return nil }
        guard let percentage = share.doubleValue else {
            isSound = false
            return nil
        }
        return Holdout(id: PropertyText.text(id), percentage: min(max(percentage, 0), 100))
    }

    private static func variant(_ value: JSONValue, _ isSound: inout Bool) -> Variant? {
        guard let key = value["key"]?.stringValue, let share = value["rollout_percentage"]?.doubleValue else {
            isSound = false
            return nil
        }
        return Variant(key: key, percentage: share)
    }

    private static func condition(_ value: JSONValue, _ isSound: inout Bool) -> Condition? {
        guard let members = value.objectValue else {
            isSound = false
            return nil
        }
        let share = present(members["rollout_percentage"])
        if let share, share.doubleValue == nil { isSound = false }
        let filters = list(members["properties"], &isSound).compactMap(PropertyFilter.init)
        return Condition(
            filters: filters, percentage: share?.doubleValue, variant: members["variant"]?.stringValue,
            groupType: members["aggregation_group_type_index"])
    }
}

extension FlagDefinition {
    /// The variant at somebody's place, if the variants cover it.
    func variant(for value: String) -> String? {
        let place = FlagHash.variant(flag: key, value: value)
        var lower = 0.0
        for variant in variants {
            let upper = lower + variant.percentage / 100
            if place >= lower, place < upper { return variant.key }
            lower = upper
        }
        return nil
    }

    /// The payload that goes with a value.
    func payload(for value: FlagValue) -> JSONValue? {
        switch value {
        case .off: nil
        case .on: payloads["true"]
        case .variant(let key): payloads[key]
        }
    }
}
