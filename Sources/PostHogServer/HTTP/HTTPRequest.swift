internal import AirlockCore

/// A request of HTTP/1.1 (RFC 9112), read whole.
public struct HTTPRequest: Sendable {
    public var method: String
    /// The path, percent-decoded; never with a fragment or a query.
    public var path: String
    /// The path and query as they came.
    public var target: String
    /// The query's parameters in their order, decoded.
    public var query: [(name: String, value: String)]
    /// By name in lower case; values of the same name are joined with a comma.
    public var headers: [String: String]
    /// After transfer coding, before content coding.
    public var body: [UInt8]

    public init(
        method: String, target: String, headers: [String: String] = [:], body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        let withoutFragment = target.prefix { $0 != "#" }
        let parts = withoutFragment.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = PercentCoding.decoded(parts.first ?? "", plusIsSpace: false)
        query = parts.count > 1 ? PercentCoding.pairs(parts[1]) : []
    }

    /// The first parameter of this name.
    public func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    public func header(_ name: String) -> String? { headers[name] }
}
