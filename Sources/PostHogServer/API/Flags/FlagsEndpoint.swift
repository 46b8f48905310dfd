internal import AirlockCore
internal import FeatureFlags
internal import GRDB
internal import LocalWarehouse

extension PostHogAPI {
    /// `/flags/?v=…` and the older `/decide/?v=…`.
    func evaluateFlags(_ request: Request) async throws(APIError) -> HTTPResponse {
        guard request.method == "POST" else {
            if request.method == "OPTIONS" || request.method == "HEAD" { return HTTPResponse(status: 204) }
            throw APIError(text: 405, "")
        }
        guard let body = request.json?.objectValue else {
            throw APIError(
                text: 400,
                "Failed to decode request: expected an object. Please check your request format and try again.")
        }
        try checkToken(body["api_key"]?.stringValue ?? body["token"]?.stringValue ?? body["$token"]?.stringValue)
        guard let id = body["distinct_id"] ?? body["$distinct_id"], !id.isNull else {
            throw APIError(
                text: 400,
                "The distinct_id field is missing from the request. Please include a valid identifier.")
        }
        let distinctID = id.stringValue ?? id.json
        guard !distinctID.isEmpty else {
            throw APIError(
                text: 400, "The distinct_id field cannot be empty. Please provide a valid identifier.")
        }
        try await settle()
        let definitions = try await definitions()
        let context = try await flagContext(distinctID, body, definitions)
        let evaluator = FlagEvaluator(definitions, context)
        let wanted = body["flag_keys_to_evaluate"]?.arrayValue.map { Set($0.compactMap(\.stringValue)) }
        let runtime = Self.runtime(request)
        var results: [(FlagDefinition, FlagOutcome)] = []
        for flag in definitions.flags where wanted?.contains(flag.key) ?? true {
            // An inactive flag is answered only to those who ask for it by name.
            guard flag.isActive || wanted != nil, runtime == nil || flag.runtime == "all" || flag.runtime == runtime
            else { continue }
            results.append((flag, evaluator.evaluate(flag)))
        }
        let version = request.parameter("v").flatMap(Int.init)
        let shape = FlagsShape(isDecide: request.path.first == "decide", version: version)
        var answer = shape.body(results, requestID: Identifiers.uuid(), evaluatedAt: Instant.systemNow() / 1000)
        if request.flag("config"), request.parameter("config") != nil {
            answer["supportedCompression"] = ["gzip", "gzip-js"]
        }
        return .json(200, .object(answer))
    }

    private func checkToken(_ token: String?) throws(APIError) {
        guard let token else {
            throw APIError(
                text: 401, "No API token provided. Please include a valid API token in your request.")
        }
        guard Self.same(token, options.projectToken) else {
            throw APIError(
                text: 401,
                "The provided API key is invalid or has expired. Please check your API key and try again.")
        }
    }

    /// Which runtime a client is, as far as its headers tell; browsers say where they are.
    private static func runtime(_ request: Request) -> String? {
        if request.http.header("origin") != nil || request.http.header("referer") != nil { return "client" }
        let agent = request.http.header("user-agent")?.lowercased() ?? ""
        if agent.hasPrefix("mozilla/") { return "client" }
        return agent.hasPrefix("posthog-") && !agent.hasPrefix("posthog-js") ? "server" : nil
    }

    /// The stored flags and cohorts, as evaluation reads them.
    func definitions() async throws(APIError) -> FlagDefinitions { FlagDefinitions(try await definitionsDocument()) }

    /// What is known of the person and the groups: the warehouse's, with what the request says on top.
    private func flagContext(
        _ distinctID: String, _ body: JSONObject, _ definitions: FlagDefinitions
    ) async throws(APIError) -> FlagContext {
        let groups = Dictionary(
            (body["groups"] ?? body["$groups"])?.objectValue?.map { ($0.key, $0.value.stringValue ?? $0.value.json) }
                ?? [],
            uniquingKeysWith: { $1 })
        let indexes = Dictionary(
            definitions.groupTypes.compactMap { index, name in Int(index).map { (name, $0) } }, uniquingKeysWith: { $1 }
        )
        let known: KnownSubject
        do throws(AirlockError) {
            known = try await live.read { try KnownSubject($0, distinctID, groups, indexes) }
        } catch {
            throw APIError(text: 503, "Our database service is currently unavailable.")
        }
        var person = known.person
        for (name, value) in body["person_properties"]?.objectValue ?? JSONObject() { person[name] = value }
        var groupProperties = known.groups
        for (type, properties) in body["group_properties"]?.objectValue ?? JSONObject() {
            for (name, value) in properties.objectValue ?? JSONObject() {
                groupProperties[type, default: JSONObject()][name] = value
            }
        }
        return FlagContext(
            distinctID: distinctID,
            deviceID: (body["$device_id"] ?? body["device_id"])?.stringValue, personProperties: person, groups: groups,
            groupProperties: groupProperties, staticCohorts: known.cohorts, knowledge: .complete, now: now)
    }
}

/// What the warehouse knows of somebody.
private struct KnownSubject: Sendable {
    var person = JSONObject()
    var groups: [String: JSONObject] = [:]
    var cohorts: Set<String> = []

    init(_ db: Database, _ distinctID: String, _ keys: [String: String], _ indexes: [String: Int]) throws {
        let id = try String.fetchOne(
            db, sql: "SELECT person_id FROM person_distinct_ids WHERE distinct_id = ?", arguments: [distinctID])
        if let id {
            let text = try String.fetchOne(db, sql: "SELECT properties FROM persons WHERE id = ?", arguments: [id])
            person = text.flatMap { (try? JSONValue(json: $0))?.objectValue } ?? JSONObject()
            let found = try Int.fetchAll(
                db, sql: "SELECT cohort_id FROM cohort_people WHERE person_id = ?", arguments: [id])
            cohorts = Set(found.map(String.init))
        }
        for (type, key) in keys {
            guard let index = indexes[type] else { continue }
            let text = try String.fetchOne(
                db, sql: "SELECT properties FROM groups WHERE group_type_index = ? AND group_key = ?",
                arguments: [index, key])
            groups[type] = text.flatMap { (try? JSONValue(json: $0))?.objectValue } ?? JSONObject()
        }
    }
}
