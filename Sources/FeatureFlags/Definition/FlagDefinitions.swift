public import AirlockCore

/// All that local evaluation needs: what `GET /flags/definitions` answers.
public struct FlagDefinitions: Sendable {
    /// In the order of the document.
    public let flags: [FlagDefinition]
    /// The name of a group type, by its index as text.
    public let groupTypes: [String: String]
    /// The property group of a cohort, by its id as text; static cohorts are not here.
    public let cohorts: [String: JSONValue]
    /// 1 compares boolean-like filters by truth, 2 by text.
    public let propertyMatchingVersion: Int
    let byKey: [String: FlagDefinition]

    public init(
        flags: [FlagDefinition], groupTypes: [String: String] = [:], cohorts: [String: JSONValue] = [:],
        propertyMatchingVersion: Int = 1
    ) {
        self.flags = flags
        self.groupTypes = groupTypes
        self.cohorts = cohorts
        self.propertyMatchingVersion = propertyMatchingVersion
        byKey = Dictionary(flags.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
    }

    /// Reads the document. What is malformed in one flag leaves that flag undecided and no other.
    public init(_ document: JSONValue) {
        let mapping = document["group_type_mapping"]?.objectValue ?? JSONObject()
        self.init(
            flags: (document["flags"]?.arrayValue ?? []).compactMap(FlagDefinition.init),
            groupTypes: Dictionary(
                mapping.compactMap { key, value in value.stringValue.map { (key, $0) } }, uniquingKeysWith: { $1 }),
            cohorts: Dictionary(
                (document["cohorts"]?.objectValue ?? JSONObject()).map { ($0.key, $0.value) },
                uniquingKeysWith: { $1 }),
            propertyMatchingVersion: document["property_matching_version"]?.intValue ?? 1)
    }

    public func flag(_ key: String) -> FlagDefinition? { byKey[key] }
}
