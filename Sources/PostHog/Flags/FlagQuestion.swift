internal import AirlockCore
internal import FeatureFlags

/// Whom a flag is evaluated for, as the caller says it.
struct FlagQuestion: Sendable {
    var key: String
    var distinctID: String
    var deviceID: String?
    var groups: [String: String] = [:]
    var personProperties = JSONObject()
    var groupProperties: [String: JSONObject] = [:]
    var mode: PostHogConfiguration.FlagSettings.Mode

    static let params = [
        "key", "distinct_id", "device_id", "groups", "person_properties", "group_properties", "mode",
    ]

    init(_ params: MethodParams, mode: PostHogConfiguration.FlagSettings.Mode) throws(AirlockError) {
        key = try params.requiredText("key", maxBytes: 400)
        distinctID = try params.requiredText("distinct_id", maxBytes: 400)
        deviceID = try params.text("device_id", maxBytes: 400)
        personProperties = try params.object("person_properties") ?? JSONObject()
        for (type, value) in try params.object("groups") ?? JSONObject() {
            guard let group = value.stringValue else { throw Self.wrong("groups", "a text for each type of group") }
            groups[type] = group
        }
        for (type, value) in try params.object("group_properties") ?? JSONObject() {
            guard let properties = value.objectValue else {
                throw Self.wrong("group_properties", "an object for each type of group")
            }
            groupProperties[type] = properties
        }
        let words = PostHogConfiguration.FlagSettings.Mode.allCases.map(\.rawValue)
        let word = try params.choice("mode", words)
        self.mode = word.flatMap { PostHogConfiguration.FlagSettings.Mode(rawValue: $0) } ?? mode
    }

    private static func wrong(_ name: String, _ what: String) -> AirlockError {
        AirlockError(.invalidArgument, "'\(name)' of evaluate_flag has to be \(what)", at: .argument(name))
    }

    /// - Parameter now: microseconds since 1970.
    func context(now: Int64) -> FlagContext {
        FlagContext(
            distinctID: distinctID, deviceID: deviceID, personProperties: personProperties, groups: groups,
            groupProperties: groupProperties, knowledge: .partial, now: now)
    }

    /// The body of `POST /flags/?v=2`, without the key of the project.
    var body: JSONObject {
        var body: JSONObject = [
            "distinct_id": .string(distinctID), "flag_keys_to_evaluate": [.string(key)], "geoip_disable": true,
        ]
        if let deviceID { body["device_id"] = .string(deviceID) }
        if !groups.isEmpty {
            body["groups"] = .object(JSONObject(groups.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        }
        if !personProperties.isEmpty { body["person_properties"] = .object(personProperties) }
        if !groupProperties.isEmpty {
            body["group_properties"] = .object(
                JSONObject(groupProperties.sorted { $0.key < $1.key }.map { ($0.key, .object($0.value)) }))
        }
        return body
    }
}
