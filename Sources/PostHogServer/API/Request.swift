internal import AirlockCore

/// A request on its way through the endpoints.
struct Request: Sendable {
    var http: HTTPRequest
    /// The path's parts without empty ones: `/api/projects/1/query/` is `api`, `projects`, `1`, `query`.
    var path: [String]
    /// What came as JSON, unpacked; `nil` for an empty body.
    var json: JSONValue?
    /// The key that was sent, once it is known to be valid.
    var key: PersonalKey?

    init(_ http: HTTPRequest) {
        self.http = http
        path = http.path.split(separator: "/").map(String.init)
    }

    var method: String { http.method }

    func parameter(_ name: String) -> String? { http.parameter(name) }

    /// `true`, `1` and an empty value count as yes.
    func flag(_ name: String) -> Bool { parameter(name).map { ["true", "1", "", "True"].contains($0) } ?? false }

    /// The body, which has to be an object.
    func object() throws(APIError) -> JSONObject {
        guard let json else { return JSONObject() }
        guard let object = json.objectValue else {
            throw .validation("Invalid data. Expected a dictionary, but got \(json.typeName).", code: "invalid_input")
        }
        return object
    }

    /// The address under which the client knows this server.
    var origin: String { "http://\(http.header("host") ?? "localhost")" }
}
