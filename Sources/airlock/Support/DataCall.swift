import AirlockCore
import DriverKit
import Reporting

/// A question to the data source without a script between.
struct DataCall {
    private let data: DataOptions
    private let host: HostOptions
    private let output: OutputOptions

    init(_ data: DataOptions, _ host: HostOptions, _ output: OutputOptions) {
        self.data = data
        self.host = host
        self.output = output
    }

    /// Opens the source and asks; Ctrl-C gives up.
    ///
    /// - Parameters:
    ///   - method: what it is in the audit log, with the query's text where there is one.
    ///   - rows: how many an answer has.
    func ask<T: Sendable>(
        _ method: String, query: String? = nil, rows: @escaping @Sendable (T) -> Int,
        _ question: @escaping @Sendable (any DataDriver) async throws -> T
    ) async throws -> T {
        let status = StatusLine(output.console)
        let session = try HostSession(host, data)
        let source = try session.source(data)
        return try await Interruption.cancelling {
            try await source.makeReady(status)
            return try await session.telemetry.call(method, query: query, rows: rows) {
                try await question(source.driver(status))
            }
        }
    }

    /// Runs a query and presents its rows.
    func query(_ text: String, values: JSONObject, options: QueryOptions) async throws {
        let start = ContinuousClock.now
        let reply: QueryReply
        do {
            reply = try await ask("query", query: text, rows: { $0.table.rows.count }) { driver in
                try await driver.prepare(text, values: values).run(options)
            }
        } catch let error as AirlockError {
            throw QueryPlace.failure(error, in: text)
        }
        let cut = reply.cutBy.map { "cut by the \(String($0.rawValue.map { $0 == "_" ? " " : $0 }))" }
        let details: JSONObject = [
            "status": "succeeded", "complete": .bool(reply.cutBy == nil),
            "cut_by": reply.cutBy.map { .string($0.rawValue) } ?? .null,
            "age_ms": .double(reply.age.inMilliseconds),
        ]
        try output.present(TableReport(table: reply.table, cutReason: cut, details: details))
        guard output.format == .table else { return }
        let count = reply.table.rows.count
        output.console.note("\(count) row\(count == 1 ? "" : "s") in \((ContinuousClock.now - start).shortText)\n")
    }
}

/// Shows where in a query an error is.
enum QueryPlace {
    static func failure(_ error: AirlockError, in text: String) -> CommandFailure {
        var failure = CommandFailure(error)
        failure.excerpt = excerpt(error, of: text)
        return failure
    }

    /// The line of the query at fault, and a caret below the place; nothing for an error elsewhere.
    static func excerpt(_ error: AirlockError, of text: String) -> [String] {
        guard case .query(let line, let column) = error.location, line >= 1, column >= 1 else { return [] }
        // Lines and columns as `location(of:in:)` counts them; a tab would make the caret's column uncertain.
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        guard line <= lines.count else { return [] }
        let characters = Array(lines[line - 1])
        let place = min(column - 1, characters.count)
        // A long line is shown around the place.
        let start = max(0, place - 60)
        let shown = { (part: ArraySlice<Character>) in SafeText.line(String(part.map { $0 == "\t" ? " " : $0 })) }
        let before = shown(characters[start..<place])
        let after = shown(characters[place..<min(characters.count, place + 40)])
        return [before + after, String(repeating: " ", count: SafeText.columns(of: before)) + "^"]
    }
}
