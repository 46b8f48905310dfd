public import AirlockCore
public import DriverKit
public import GRDB

/// A query that was compiled for the local warehouse.
public struct HogQLQuery: Sendable {
    public let analysis: QueryAnalysis
    let compiled: CompiledQuery
    /// Whether it means the same at any time, and calls none but SQLite's own functions.
    let isRepeatable: Bool

    /// The SQLite statement, for explanations; its parameters are not in it.
    public var sql: String { compiled.sql }

    /// Answers the query on a connection to a warehouse file.
    ///
    /// - Throws: `timed_out` after `options.timeout`; `invalid_query` for what only the data can show, such as a
    ///   division by zero; `upstream_failed` when SQLite fails.
    public func run(on database: Database, _ options: QueryOptions) throws(AirlockError) -> QueryReply {
        try compiled.run(on: database, options)
    }

    /// As ``run(on:_:)``, in little time or not at all, on a connection that keeps the statement for the next time.
    ///
    /// - Parameter time: after this it is given up with `timed_out`.
    func runBriefly(
        on database: Database, _ options: QueryOptions, within time: Duration
    ) throws(AirlockError) -> QueryReply {
        var options = options
        options.timeout = min(options.timeout, time)
        return try compiled.run(on: database, options, isBrief: true)
    }
}
