internal import AirlockCore
internal import LocalWarehouse

extension PostHogAPI {
    /// `/api/projects/:id/feature_flags/…`
    func featureFlags(_ request: Request, _ path: [String]) async throws(APIError) -> HTTPResponse {
        if path == ["local_evaluation"] { return try await flagDefinitions(request) }
        let isWrite = request.method != "GET"
        try require(isWrite ? "feature_flag:write" : "feature_flag:read", request)
        switch (request.method, path.count) {
        case ("GET", 0): return try await listFlags(request)
        case ("POST", 0): return try await makeFlag(request)
        case ("GET", 1) where path[0] == "my_flags":
            return .json(200, .array(try await stored(.flag).map { ["feature_flag": .object($0), "value": false] }))
        case ("GET", 1): return .json(200, .object(try await flag(path[0])))
        case ("PATCH", 1): return try await changeFlag(request, path[0])
        case ("GET", 2) where path[1] == "remote_config": return try await remoteConfig(request, path[0])
        case ("GET", 2) where path[1] == "status":
            let isActive = try await flag(path[0])["active"]?.boolValue ?? false
            return .json(
                200,
                [
                    "status": isActive ? "active" : "inactive",
                    "reason": isActive ? "Flag is active" : "Flag is not active",
                ])
        case ("GET", 2) where path[1] == "activity": return Page(request, []).response
        case (_, 0...1): throw .methodNotAllowed(request.method)
        default: throw .endpointNotFound
        }
    }

    private func listFlags(_ request: Request) async throws(APIError) -> HTTPResponse {
        var flags = try await stored(.flag)
        if let text = request.parameter("search"), !text.isEmpty {
            flags = flags.filter { flag in Self.contains(text, [flag["key"], flag["name"]]) }
        }
        if let active = request.parameter("active"), active == "true" || active == "false" {
            flags = flags.filter { ($0["active"]?.boolValue ?? false) == (active == "true") }
        }
        if let type = request.parameter("type") {
            flags = flags.filter { flag in
                let isMultivariant = !(flag["filters"]?["multivariate"]?["variants"]?.arrayValue ?? []).isEmpty
                switch type {
                case "boolean": return !isMultivariant
                case "multivariant": return isMultivariant
                case "experiment": return !(flag["experiment_set"]?.arrayValue ?? []).isEmpty
                default: return true
                }
            }
        }
        return Page(request, flags.reversed().map { .object($0) }).response
    }

    private func makeFlag(_ request: Request) async throws(APIError) -> HTTPResponse {
        let body = try request.object()
        guard let key = body["key"]?.stringValue, !key.isEmpty else {
            throw .validation("This field is required.", code: "required", attr: "key")
        }
        guard key.utf8.allSatisfy({ Self.isKeyByte($0) }) else {
            throw .validation(
                "Only letters, numbers, hyphens (-) & underscores (_) are allowed.", code: "invalid_key", attr: "key")
        }
        let filters = body["filters"]?.objectValue ?? ["groups": [["properties": [], "rollout_percentage": .null]]]
        try Self.checkFilters(filters)
        var flag = Self.base(now, user())
        flag["key"] = .string(key)
        flag["name"] = body["name"] ?? ""
        flag["filters"] = .object(filters)
        flag["active"] = body["active"] ?? true
        flag["version"] = 1
        flag["ensure_experience_continuity"] = body["ensure_experience_continuity"] ?? false
        flag["evaluation_runtime"] = body["evaluation_runtime"] ?? "all"
        if let identifier = body["bucketing_identifier"] { flag["bucketing_identifier"] = identifier }
        flag["tags"] = body["tags"] ?? []
        flag["experiment_set"] = []
        Self.derive(&flag)
        return .json(
            201,
            .object(
                try await insert(.flag, flag) { others in
                    if others.contains(where: { $0["key"] == .string(key) }) {
                        throw ObjectRefusal(
                            .validation("There is already a feature flag with this key.", code: "unique", attr: "key"))
                    }
                }))
    }

    private func changeFlag(_ request: Request, _ id: String) async throws(APIError) -> HTTPResponse {
        let body = try request.object()
        if let filters = body["filters"]?.objectValue { try Self.checkFilters(filters) }
        return .json(
            200,
            .object(
                try await change(.flag, id) { flag in
                    for name in [
                        "key", "name", "filters", "active", "deleted", "ensure_experience_continuity", "tags",
                        "evaluation_runtime", "bucketing_identifier",
                    ] {
                        if let value = body[name] { flag[name] = value }
                    }
                    flag["version"] = .int((flag["version"]?.intValue ?? 0) + 1)
                    Self.derive(&flag)
                }))
    }

    /// What follows from the filters.
    private static func derive(_ flag: inout JSONObject) {
        let groups = flag["filters"]?["groups"]?.arrayValue ?? []
        let only = groups.count == 1 ? groups.first : nil
        flag["rollout_percentage"] = only?["rollout_percentage"] ?? .null
        flag["is_simple_flag"] = .bool(only.map { ($0["properties"]?.arrayValue ?? []).isEmpty } ?? false)
        flag["status"] = flag["active"]?.boolValue == true ? "ACTIVE" : "INACTIVE"
    }

    private static func checkFilters(_ filters: JSONObject) throws(APIError) {
        guard filters["groups"] == nil || filters["groups"]?.arrayValue != nil else {
            throw .validation("groups must be a list.", attr: "filters")
        }
        let variants = filters["multivariate"]?["variants"]?.arrayValue ?? []
        guard !variants.isEmpty else { return }
        let total = variants.reduce(0.0) { $0 + ($1["rollout_percentage"]?.doubleValue ?? 0) }
        guard total == 100 else {
            throw .validation("Variant rollout percentages must sum to 100.", attr: "filters")
        }
    }

    /// By number or by key; the payload that `remote_config` gives away.
    private func remoteConfig(_ request: Request, _ id: String) async throws(APIError) -> HTTPResponse {
        let flag = try await flag(id)
        let payload = flag["filters"]?["payloads"]?["true"] ?? .null
        // A payload is JSON text; what a client gets is the text's value written out.
        if let text = payload.stringValue, let value = try? JSONValue(json: text) { return .json(200, value) }
        return .json(200, payload)
    }

    private func flag(_ id: String) async throws(APIError) -> JSONObject {
        let flags = try await stored(.flag)
        guard let flag = flags.first(where: { $0["key"] == .string(id) || $0["id"]?.intValue == Int(id) }) else {
            throw .notFound
        }
        return flag
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x2D || byte == 0x5F
    }
}
