internal import AirlockCore

extension PostHogAPI {
    /// `/api/…`: what the app answers, for personal keys.
    func routeApp(_ original: Request) async throws(APIError) -> HTTPResponse {
        var request = original
        // Flag definitions take the project's secret key too, and have limits of their own.
        if request.path == ["api", "feature_flag", "local_evaluation"] { return try await flagDefinitions(request) }
        let key = try personalKey(request)
        request.key = key
        let rest = Array(request.path.dropFirst())
        switch rest.first {
        case "projects" where rest.count == 1, "environments" where rest.count == 1:
            try require("project:read", request)
            return Page(request, [project()]).response
        case "projects", "environments": return try await routeProject(request, Array(rest.dropFirst()))
        case "users" where rest.count == 2 && rest[1] == "@me":
            try require("user:read", request)
            return .json(200, user())
        case "personal_api_keys" where rest.count == 2 && rest[1] == "@current":
            return .json(200, keyDescription(key))
        case "organizations":
            try require("organization:read", request)
            return rest.count == 1
                ? Page(request, [organization()]).response : .json(200, organization())
        default: throw .endpointNotFound
        }
    }

    /// `/api/projects/:id/…` and its mirror `/api/environments/:id/…`.
    private func routeProject(_ request: Request, _ path: [String]) async throws(APIError) -> HTTPResponse {
        guard path[0] == "@current" || path[0] == String(options.projectID) else {
            throw APIError(404, "invalid_request", "not_found", "Project not found.")
        }
        let rest = Array(path.dropFirst())
        guard let endpoint = rest.first else {
            try require("project:read", request)
            guard request.method == "GET" else { throw .methodNotAllowed(request.method) }
            return .json(200, project())
        }
        try throttle(request, endpoint)
        let tail = Array(rest.dropFirst())
        switch endpoint {
        case "query": return try await query(request, tail)
        case "event_definitions": return try await eventDefinitions(request, tail)
        case "property_definitions": return try await propertyDefinitions(request, tail)
        case "persons": return try await persons(request, tail)
        case "cohorts": return try await cohorts(request, tail)
        case "insights": return try await insights(request, tail)
        case "annotations": return try await annotations(request, tail)
        case "feature_flags": return try await featureFlags(request, tail)
        case "experiments": return try await experiments(request, tail)
        case "session_recordings": return try await sessionRecordings(request, tail)
        case "groups_types": return try await groupTypes(request)
        default: throw .endpointNotFound
        }
    }

    private func throttle(_ request: Request, _ endpoint: String) throws(APIError) {
        let kind: RateLimits.Kind =
            switch endpoint {
            case "query": .queries
            case "insights", "persons", "session_recordings": .clickHouse
            default: .others
            }
        if let seconds = rates.refusal(kind, key: request.key?.token ?? "") { throw .throttled(seconds) }
    }
}
