internal import AirlockCore
internal import LocalWarehouse

extension PostHogAPI {
    private static let scopes = ["dashboard_item", "dashboard", "project", "organization", "recording"]

    /// `/api/projects/:id/annotations/…`
    func annotations(_ request: Request, _ path: [String]) async throws(APIError) -> HTTPResponse {
        try require(request.method == "GET" ? "annotation:read" : "annotation:write", request)
        switch (request.method, path.count) {
        case ("GET", 0):
            var notes = try await stored(.annotation)
            if let text = request.parameter("search"), !text.isEmpty {
                notes = notes.filter { Self.contains(text, [$0["content"]]) }
            }
            if let scope = request.parameter("scope") { notes = notes.filter { $0["scope"] == .string(scope) } }
            let sorted = notes.sorted {
                ($0["date_marker"]?.stringValue ?? "") > ($1["date_marker"]?.stringValue ?? "")
            }
            return Page(request, sorted.map { .object($0) }).response
        case ("POST", 0): return try await makeAnnotation(request)
        case ("GET", 1): return .json(200, .object(try await one(.annotation, path[0])))
        case ("PATCH", 1):
            let body = try request.object()
            try Self.check(body)
            let now = now
            return .json(
                200,
                .object(
                    try await change(.annotation, path[0]) { note in
                        for name in ["content", "date_marker", "scope", "dashboard_item", "deleted"] {
                            if let value = body[name] { note[name] = value }
                        }
                        note["updated_at"] = .string(Instant.text(now))
                    }))
        case (_, 0...1): throw .methodNotAllowed(request.method)
        default: throw .endpointNotFound
        }
    }

    private func makeAnnotation(_ request: Request) async throws(APIError) -> HTTPResponse {
        let body = try request.object()
        try Self.check(body)
        var note = Self.base(now, user())
        note["content"] = body["content"] ?? .null
        note["date_marker"] = body["date_marker"] ?? .string(Instant.text(now))
        note["creation_type"] = body["creation_type"] ?? "USR"
        note["scope"] = body["scope"] ?? "project"
        note["dashboard_item"] = body["dashboard_item"] ?? .null
        note["updated_at"] = .string(Instant.text(now))
        return .json(201, .object(try await insert(.annotation, note)))
    }

    private static func check(_ body: JSONObject) throws(APIError) {
        if let scope = body["scope"]?.stringValue, !scopes.contains(scope) {
            throw .validation("\"\(scope)\" is not a valid choice.", code: "invalid_choice", attr: "scope")
        }
        if let content = body["content"]?.stringValue, content.count > 8192 {
            throw .validation(
                "Ensure this field has no more than 8192 characters.", code: "max_length", attr: "content")
        }
        if let date = body["date_marker"], !date.isNull, date.stringValue.flatMap(Instant.read) == nil {
            throw .validation(
                "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
                code: "invalid", attr: "date_marker")
        }
    }
}
