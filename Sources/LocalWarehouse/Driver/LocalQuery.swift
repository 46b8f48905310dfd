internal import AirlockCore
internal import DriverKit

/// A query of the local driver, compiled.
struct LocalQuery: PreparedQuery {
    let query: HogQLQuery
    let warehouse: Warehouse
    let quickQueries: QuickQueries
    /// `nil` where it is too long to be remembered.
    let key: QuickQueries.Key?
    /// Whether it was quick before.
    let wasQuick: Bool

    var analysis: QueryAnalysis { query.analysis }

    func run(_ options: QueryOptions) async throws(AirlockError) -> QueryReply {
        if wasQuick, let key, let reply = quickQueries.answer(key, query, options) { return reply }
        let query = query
        let answer: (reply: QueryReply, time: Duration)
        do {
            answer = try await warehouse.read { database in
                let start = ContinuousClock.now
                return (try query.run(on: database, options), ContinuousClock.now - start)
            }
        } catch {
            // What was interrupted because the caller gave up must not look like a failure of the data.
            throw Task.isCancelled ? AirlockError(.cancelled, "the query was cancelled") : error
        }
        if let key { quickQueries.answered(key, query, in: answer.time) }
        return answer.reply
    }
}
