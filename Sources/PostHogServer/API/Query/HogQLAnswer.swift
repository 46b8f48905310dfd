internal import AirlockCore
internal import DriverKit
internal import HogQL
internal import LocalWarehouse

extension PostHogAPI {
    private static let offsetRefused =
        "OFFSET is not supported on queries made with a personal API key. For pagination, use keyset pagination on the "
        + "`timestamp` column, e.g. `WHERE timestamp > :last_seen_timestamp ORDER BY timestamp LIMIT N`. For bulk data "
        + "extraction, use batch exports: https://posthog.com/docs/cdp/batch-exports"

    /// A query that PostHog gives this long when a key asks.
    private static let queryTime = Duration.seconds(60)

    func answerHogQL(_ query: JSONObject) async throws(APIError) -> JSONObject {
        guard let text = query["query"]?.stringValue else {
            throw .validation("This field is required.", code: "required", attr: "query__query")
        }
        if let filters = query["filters"]?.objectValue, !filters.isEmpty {
            throw .validation("The local server has no {filters}; write them into the query.", attr: "query__filters")
        }
        let values = query["values"]?.objectValue ?? JSONObject()
        let start = ContinuousClock.now
        do throws(AirlockError) {
            let prepared = try await driver.prepare(text, values: values)
            if prepared.analysis.usesOffset {
                return try Self.refuse(Self.offsetRefused)
            }
            let reply = try await prepared.run(QueryOptions(timeout: Self.queryTime))
            return hogQLBody(reply, text, prepared.analysis, started: start)
        } catch {
            throw APIError(error)
        }
    }

    private static func refuse(_ message: String) throws(AirlockError) -> JSONObject {
        throw AirlockError(.invalidQuery, message)
    }

    private func hogQLBody(
        _ reply: QueryReply, _ text: String, _ analysis: QueryAnalysis, started: ContinuousClock.Instant
    ) -> JSONObject {
        let printed = (try? parseSelect(text)).map { QueryPrinter.text(of: $0) } ?? text
        let seconds = (ContinuousClock.now - started).components
        let elapsed = Double(seconds.seconds) + Double(seconds.attoseconds) / 1e18
        var body: JSONObject = [
            "cache_key": .string("cache_\(SHA256.hexDigest(Array(text.utf8)).prefix(32))"),
            "is_cached": false,
            "last_refresh": .string(Instant.text(now)),
            "results": .array(reply.table.rows.map(JSONValue.array)),
            "columns": .array(reply.table.columns.map(JSONValue.string)),
            "types": .array(
                zip(reply.table.columns, reply.table.types).map { [.string($0), .string($1)] }),
            "query": .string(text), "hogql": .string(printed), "clickhouse": .null, "error": .null,
            "explain": .null, "metadata": .null, "modifiers": .object(JSONObject()), "query_status": .null,
            "timings": [["k": ".", "t": .double(elapsed)]],
        ]
        // Only a query without a LIMIT is told whether there was more.
        if analysis.limit == nil {
            body["hasMore"] = .bool(reply.cutBy == .defaultLimit)
            body["limit"] = .int(QueryEngine.defaultLimit)
            body["offset"] = 0
        } else {
            body["hasMore"] = .null
            body["limit"] = .null
            body["offset"] = .null
        }
        return body
    }

    /// Whether a text can be read: what PostHog's editor asks before a run.
    func metadata(_ query: JSONObject) async -> JSONObject {
        let text = query["query"]?.stringValue ?? ""
        var body: JSONObject = ["query": .string(text), "warnings": [], "notices": [], "isCached": false]
        do throws(AirlockError) {
            let prepared = try await driver.prepare(text, values: JSONObject())
            body["isValid"] = true
            body["errors"] = []
            body["table_names"] = .array(prepared.analysis.tables.map(JSONValue.string))
        } catch {
            body["isValid"] = false
            body["errors"] = [
                ["message": .string(error.message), "start": 0, "end": .int(text.utf8.count), "fix": .null]
            ]
        }
        return body
    }
}
