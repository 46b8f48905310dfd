internal import AirlockCore
internal import DriverKit
internal import GRDB
internal import Synchronization

/// Queries that were answered in next to no time, kept as they were compiled, to be answered by the thread that asks again:
/// a change of threads and back would take longer than such a query.
///
/// That thread has other duties. So only what has shown to be quick is answered there, it calls none but SQLite's own
/// functions, and what takes longer this time is broken off and goes the usual way.
final class QuickQueries: Sendable {
    /// What makes a query the same: its text and the values of its placeholders, as they are written. Equal numbers may
    /// differ in their type.
    struct Key: Hashable, Sendable {
        private var bytes: [UInt8]

        /// - Returns: `nil` for what is too long to be kept.
        init?(_ text: String, _ values: JSONObject) {
            bytes = JSONValue.object(values).jsonBytes
            bytes.append(contentsOf: text.utf8)
            guard bytes.count <= QuickQueries.maxKeyBytes else { return nil }
        }
    }

    private struct Known {
        var query: HogQLQuery
        var lastUse: Int
    }

    private struct State {
        var queries: [Key: Known] = [:]
        var uses = 0
        /// Those that nobody uses.
        var connections: [DatabaseQueue] = []
        var connectionCount = 0
    }

    struct Bounds: Sendable {
        /// What has taken no longer than this is quick.
        var quick = Duration.microseconds(500)
        /// After this time it is broken off.
        var patience = Duration.milliseconds(1)
    }

    static let maxQueries = 64
    static let maxKeyBytes = 8192
    static let maxConnections = 2

    private let bounds: Bounds
    private let open: @Sendable () throws -> DatabaseQueue
    private let state = Mutex(State())

    /// - Parameter open: gives a connection that waits for nobody's lock.
    init(_ bounds: Bounds, open: @escaping @Sendable () throws -> DatabaseQueue) {
        self.bounds = bounds
        self.open = open
    }

    func query(_ key: Key) -> HogQLQuery? {
        state.withLock { state in
            state.uses += 1
            state.queries[key]?.lastUse = state.uses
            return state.queries[key]?.query
        }
    }

    /// Answers a query on the calling thread.
    ///
    /// - Returns: `nil` when it cannot be, for whatever reason: the usual way then says what is wrong, if anything is.
    func answer(_ key: Key, _ query: HogQLQuery, _ options: QueryOptions) -> QueryReply? {
        guard let connection = state.withLock({ $0.connections.popLast() }) else { return nil }
        defer { state.withLock { $0.connections.append(connection) } }
        do {
            return try connection.unsafeRead { try query.runBriefly(on: $0, options, within: bounds.patience) }
        } catch {
            state.withLock { $0.queries[key] = nil }
            return nil
        }
    }

    /// A query was answered in this time the usual way.
    func answered(_ key: Key, _ query: HogQLQuery, in time: Duration) {
        guard query.isRepeatable, time <= bounds.quick else { return }
        let needsConnection = state.withLock { state in
            state.uses += 1
            if state.queries.count >= Self.maxQueries,
                let oldest = state.queries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.queries[oldest.key] = nil
            }
            state.queries[key] = Known(query: query, lastUse: state.uses)
            guard state.connections.isEmpty, state.connectionCount < Self.maxConnections else { return false }
            state.connectionCount += 1
            return true
        }
        // The answer need not wait for it.
        if needsConnection { Task.detached { self.connect() } }
    }

    private func connect() {
        let connection = try? open()
        state.withLock { state in
            if let connection {
                state.connections.append(connection)
            } else {
                state.connectionCount -= 1
            }
        }
    }
}
