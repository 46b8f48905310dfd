public import AirlockCore
internal import DriverKit
internal import GRDB
internal import HogQL

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads HogQL and makes of it a query that SQLite can answer.
public enum QueryEngine {
    /// Rows that come back without a LIMIT; PostHog's number.
    public static let defaultLimit = 100
    /// More rows than this never come back; PostHog's number.
    public static let maxLimit = 50_000

    /// Compiles a query; nothing is read from the warehouse.
    ///
    /// - Parameters:
    ///   - text: HogQL, with `{name}` placeholders.
    ///   - values: the placeholders' values; numbers, text, truth values, null and lists of them.
    ///   - schema: how properties are typed, the project's time zone, what `now()` is.
    /// - Throws: `invalid_query` with the place and the nearest name, or `unsupported_query` for what the local
    ///   warehouse cannot answer exactly.
    public static func prepare(
        text: String, values: JSONObject, schema: QuerySchema
    ) throws(AirlockError) -> HogQLQuery {
        guard let calendar = ProjectCalendar(timeZone: schema.timeZone) else {
            throw AirlockError(.invalidData, "the warehouse names an unknown time zone")
        }
        let statement = try parseSelect(text)
        let resolver = Resolver(
            text: text, values: values, schema: schema, calendar: calendar, now: schema.now ?? currentTime())
        let plan = try resolver.plan(statement, .none)
        var emitter = Emitter(shared: resolver.shared)
        // WITH TIES brings more rows than it counts.
        let wanted = plan.limit.withTies ? Int64(maxLimit) : plan.limit.count
        // One row more than can come back tells whether rows were cut; run(on:) lowers this further.
        var limit = plan.limit
        let allowed = wanted ?? Int64(defaultLimit)
        limit.count = min(allowed, Int64(maxLimit)) + (wanted.map { $0 <= Int64(maxLimit) } ?? false ? 0 : 1)
        if plan.limit.withTies { limit.count = plan.limit.count }
        let sql = emitter.statement(plan.limited(limit))
        return HogQLQuery(
            analysis: QueryAnalysis(Analysis(statement)),
            compiled: CompiledQuery(
                sql: sql, parameters: emitter.parameters, functions: emitter.functions, columns: plan.columns,
                wanted: wanted, calendar: calendar, timeZone: schema.timeZone),
            isRepeatable: (schema.now != nil || !resolver.readsClock) && emitter.functions.isEmpty)
    }

    private static func currentTime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * ProjectCalendar.second + Int64(time.tv_nsec) / 1000
    }
}
