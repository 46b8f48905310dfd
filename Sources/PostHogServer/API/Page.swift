internal import AirlockCore

/// A page of a list: `limit` and `offset`, with the addresses of the pages beside it.
struct Page {
    static let defaultLimit = 100
    private static let maxLimit = 1000

    let response: HTTPResponse

    /// The page of a list that is there whole.
    init(_ request: Request, _ items: [JSONValue], defaultLimit: Int = Page.defaultLimit, hasCount: Bool = true) {
        let (limit, offset) = Self.bounds(request, defaultLimit)
        let part = Array(items.dropFirst(offset).prefix(limit))
        self.init(request, part, total: items.count, defaultLimit: defaultLimit, hasCount: hasCount)
    }

    /// A page that was read by itself.
    init(
        _ request: Request, _ part: [JSONValue], total: Int, defaultLimit: Int = Page.defaultLimit,
        hasCount: Bool = true
    ) {
        let (limit, offset) = Self.bounds(request, defaultLimit)
        var body = JSONObject()
        if hasCount { body["count"] = .int(total) }
        body["next"] = offset + limit < total ? .string(Self.address(request, limit, offset + limit)) : .null
        body["previous"] =
            offset > 0 ? .string(Self.address(request, limit, max(0, offset - limit))) : .null
        body["results"] = .array(part)
        response = .json(200, .object(body))
    }

    /// What is no sound number counts as missing, as in Django REST.
    static func bounds(_ request: Request, _ defaultLimit: Int = Page.defaultLimit) -> (limit: Int, offset: Int) {
        let limit = request.parameter("limit").flatMap { Int($0) } ?? defaultLimit
        let offset = request.parameter("offset").flatMap { Int($0) } ?? 0
        return (min(max(1, limit), maxLimit), min(max(0, offset), 1 << 40))
    }

    private static func address(_ request: Request, _ limit: Int, _ offset: Int) -> String {
        var pairs = request.http.query.filter { $0.name != "limit" && $0.name != "offset" }
        pairs.append(("limit", String(limit)))
        if offset > 0 { pairs.append(("offset", String(offset))) }
        return "\(request.origin)\(request.http.path)?\(PercentCoding.query(pairs))"
    }
}
