public import AirlockCore
public import DriverKit
public import GRDB
internal import GRDBSQLite

/// A query that was compiled for the local warehouse.
public struct HogQLQuery: Sendable {
    public let analysis: QueryAnalysis
    let compiled: CompiledQuery

    /// The SQLite statement, for explanations; its parameters are not in it.
    public var sql: String { compiled.sql }

    /// Answers the query on a connection to a warehouse file.
    ///
    /// - Throws: `timed_out` after `options.timeout`; `invalid_query` for what only the data can show, such as a
    ///   division by zero; `upstream_failed` when SQLite fails.
    public func run(on database: Database, _ options: QueryOptions) throws(AirlockError) -> QueryReply {
        try compiled.run(on: database, options)
    }

    /// The query as a driver hands it out.
    ///
    /// - Parameter read: gives a closure read access to the warehouse, for as long as it runs.
    public func prepared(
        _ read: @escaping @Sendable (@escaping @Sendable (Database) throws -> QueryReply) async throws -> QueryReply
    ) -> any PreparedQuery {
        BoundQuery(query: self, read: read)
    }
}

private struct BoundQuery: PreparedQuery {
    let query: HogQLQuery
    let read: @Sendable (@escaping @Sendable (Database) throws -> QueryReply) async throws -> QueryReply

    var analysis: QueryAnalysis { query.analysis }

    func run(_ options: QueryOptions) async throws(AirlockError) -> QueryReply {
        let query = query
        do {
            return try await read { database in try query.run(on: database, options) }
        } catch let error as AirlockError {
            throw error
        } catch {
            throw AirlockError(.upstreamFailed, "the local warehouse cannot be read", cause: "\(error)")
        }
    }
}
