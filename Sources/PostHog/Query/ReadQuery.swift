internal import AirlockCore
internal import DriverKit
internal import HogQL
internal import Resilience
internal import Synchronization

/// What was understood of a query's text, whatever the values of its placeholders are.
struct ReadQuery: Sendable {
    var analysis: QueryAnalysis
    /// As our own printer writes the tree: what was analysed is what runs.
    var printed: String

    /// - Throws: `invalid_query` or `unsupported_query` with the place.
    init(_ text: String) throws(AirlockError) {
        let statement = try parseSelect(text)
        let found = Analysis(statement)
        analysis = QueryAnalysis(
            tables: found.tables,
            columns: found.columns.map { QueryAnalysis.Column(table: $0.table, column: $0.column) },
            properties: found.properties, functions: found.functions, placeholders: found.placeholders,
            limit: found.limit, usesOffset: found.usesOffset)
        printed = QueryPrinter.text(of: statement)
    }
}

/// The texts that were read last: a template asks the same ones in each of its runs, and a script in each of its turns.
///
/// Nothing of a value or an answer is in it, so nothing in it grows old.
final class ReadQueries: Sendable {
    private let kept: Mutex<ResponseCache<ReadQuery>>

    init() {
        var settings = CacheSettings()
        settings.maxEntries = 128
        settings.maxBytes = .mebibytes(1)
        settings.maxEntryBytes = .kibibytes(64)
        kept = Mutex(ResponseCache(settings))
    }

    func read(_ text: String) throws(AirlockError) -> ReadQuery {
        let key = CacheKey([text])
        if let hit = kept.withLock({ $0.value(for: key, maximumAge: .zero, now: .zero) }) { return hit.value }
        let query = try ReadQuery(text)
        // Each name in the tables weighs more than it is long.
        let weight = ByteCount(query.printed.utf8.count * 8)
        kept.withLock { _ = $0.store(query, bytes: weight, for: key, fetchedAt: .zero) }
        return query
    }

    /// How many are kept.
    var count: Int { kept.withLock { $0.count } }
}
