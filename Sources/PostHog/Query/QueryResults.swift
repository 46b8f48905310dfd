internal import AirlockCore
internal import DriverKit

/// What `query/` answers: rows as arrays, with columns and types beside them.
struct QueryResults: Sendable {
    var table: Table
    /// PostHog holds more rows than it sent.
    var hasMore: Bool
    /// The limit that PostHog put to a query without one.
    var appliedLimit: Int?

    init(_ body: JSONValue) throws(AirlockError) {
        if let message = body["error"]?.stringValue {
            throw AirlockError(
                .invalidQuery, "PostHog refuses the query: \(PostHogFault.presentable(message) ?? "without a reason")")
        }
        guard let columns = body["columns"]?.arrayValue, let results = body["results"]?.arrayValue else {
            throw Self.malformed("it has no columns and results")
        }
        let names = columns.map { $0.stringValue ?? $0.json }
        var rows: [[JSONValue]] = []
        rows.reserveCapacity(results.count)
        for (index, result) in results.enumerated() {
            guard let row = result.arrayValue, row.count == names.count else {
                throw Self.malformed("row \(index + 1) is no list of \(names.count) values")
            }
            rows.append(row)
        }
        table = Table(columns: names, types: Self.types(body["types"], count: names.count), rows: rows)
        hasMore = body["hasMore"]?.boolValue ?? false
        appliedLimit = body["limit"]?.intValue
    }

    /// New servers give `[name, type]`, old ones the type alone, some none.
    private static func types(_ value: JSONValue?, count: Int) -> [String] {
        let types = (value?.arrayValue ?? []).map { entry in
            entry.stringValue ?? entry.arrayValue?.last?.stringValue ?? ""
        }
        return types.count == count && !types.contains("") ? types : []
    }

    private static func malformed(_ what: String) -> AirlockError {
        AirlockError(
            .upstreamFailed, "PostHog's answer to a query cannot be read: \(what)",
            hint: "The server may be of another version; see docs/posthog.md for those that are known to work.")
    }
}

extension QueryReply {
    /// - Parameters:
    ///   - hasLimit: whether the query sets a limit of its own.
    init(_ results: QueryResults, hasLimit: Bool, maxRows: Int, age: Duration) {
        var table = results.table
        var cutBy: CutBy?
        if results.hasMore { cutBy = hasLimit ? .upstream : .defaultLimit }
        if table.rows.count > maxRows {
            table.rows.removeSubrange(maxRows...)
            cutBy = .quota
        }
        self.init(table: table, cutBy: cutBy, age: age)
    }
}
