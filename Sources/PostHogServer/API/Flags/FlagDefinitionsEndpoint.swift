internal import AirlockCore
internal import LocalWarehouse

extension PostHogAPI {
    /// `GET /flags/definitions?token=…` and its older names: all that an SDK needs to evaluate flags by itself.
    func flagDefinitions(_ request: Request) async throws(APIError) -> HTTPResponse {
        guard request.method == "GET" else {
            throw APIError(text: 405, "")
        }
        let isService = request.path.first == "flags"
        if isService {
            guard let token = request.parameter("token") else {
                throw APIError(text: 400, "Failed to deserialize query string: missing field `token`")
            }
            guard Self.same(token, options.projectToken) else {
                throw APIError(
                    text: 401,
                    "The provided API key is invalid or has expired. Please check your API key and try again.")
            }
        }
        let bearer = try bearer(request)
        if let bearer, bearer.hasPrefix("phs_") {
            guard Self.same(bearer, options.secretToken) else {
                throw APIError(
                    401, "authentication_error", "authentication_failed", "Invalid project secret API key.")
            }
        } else {
            let key = try personalKey(request)
            guard key.allows("feature_flag:read") else {
                throw APIError(
                    403, "authentication_error", "permission_denied",
                    "API key missing required scope 'feature_flag:read'")
            }
        }
        if let seconds = rates.refusal(.definitions, key: options.projectToken) {
            throw isService
                ? APIError(
                    text: 429,
                    "Rate limit exceeded. Please reduce your request frequency and try again later.")
                : .throttled(seconds)
        }
        var document = try await definitionsDocument()
        if !isService, request.parameter("send_cohorts") == nil { document = Self.withoutCohorts(document) }
        let body = document.jsonBytes
        let tag = String(SHA256.hexDigest(body).prefix(16))
        let headers = [
            (name: "ETag", value: "W/\"\(tag)\""), (name: "Cache-Control", value: "private, must-revalidate"),
        ]
        if let known = request.http.header("if-none-match"), Self.tag(known) == tag {
            return HTTPResponse(status: 304, headers: headers)
        }
        return HTTPResponse(status: 200, headers: [("Content-Type", "application/json")] + headers, body: body)
    }

    private static func tag(_ header: String) -> String {
        let text = header.hasPrefix("W/") ? header.dropFirst(2) : header[...]
        return text.filter { $0 != "\"" && $0 != " " }
    }

    /// Who does not ask for cohorts gets flags without them, as old SDKs cannot read them.
    private static func withoutCohorts(_ document: JSONValue) -> JSONValue {
        var members = document.objectValue ?? JSONObject()
        members["cohorts"] = .object(JSONObject())
        return .object(members)
    }

    /// Flags, group types and the cohorts that follow from properties.
    func definitionsDocument() async throws(APIError) -> JSONValue {
        do throws(AirlockError) {
            let flags = try await objects.all(.flag)
            let experiments = try await objects.all(.experiment)
            let inExperiments = Set(experiments.compactMap { $0["feature_flag_key"]?.stringValue })
            let cohorts = try await objects.all(.cohort)
            var groups = JSONObject()
            for cohort in cohorts where cohort["is_static"]?.boolValue != true {
                guard let id = cohort["id"]?.intValue, let properties = cohort["filters"]?["properties"] else {
                    continue
                }
                if CohortRules(properties).isAboutPropertiesOnly { groups[String(id)] = properties }
            }
            let types = try await groupTypeNames()
            let mapping = types.enumerated().map { (String($0.offset), JSONValue.string($0.element)) }
            return [
                "flags": .array(flags.map { .object(Self.definition($0, inExperiments)) }),
                "group_type_mapping": .object(JSONObject(mapping)), "cohorts": .object(groups),
                "property_matching_version": 1,
            ]
        } catch {
            throw APIError(text: 503, "Our database service is currently unavailable.")
        }
    }

    private static func definition(_ flag: JSONObject, _ inExperiments: Set<String>) -> JSONObject {
        var result = JSONObject()
        let names = [
            "id", "name", "key", "filters", "deleted", "active", "ensure_experience_continuity", "version",
            "evaluation_runtime", "bucketing_identifier",
        ]
        for name in names { if let value = flag[name] { result[name] = value } }
        result["has_experiment"] = .bool(flag["key"]?.stringValue.map(inExperiments.contains) ?? false)
        return result
    }

    /// The names of the group types by their index.
    func groupTypeNames() async throws(AirlockError) -> [String] {
        try await live.read { try LiveWarehouse.groupTypes($0) }
    }
}
