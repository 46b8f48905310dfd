import AirlockCore
import Glibc
import HogQL
import Testing

/// Against what PostHog's own parser said of a few thousand queries; `record.py` beside this file recorded it.
@Suite("PostHog's parser")
struct OracleTests {
    struct Recorded: Sendable {
        var query: String
        /// `nil` when PostHog rejects the query.
        var tree: String?
    }

    static let recorded: [Recorded] = {
        let path = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        return text(ofFileAt: "/\(path)/queries.jsonl").split(separator: "\n").compactMap { line in
            guard let value = try? JSONValue(json: String(line)), let query = value["q"]?.stringValue else {
                return nil
            }
            return Recorded(query: query, tree: value["tree"]?.stringValue)
        }
    }()

    /// What PostHog reads and we refuse on purpose, because it drops something or means something else: how often each
    /// kind occurs in the recorded queries. A refusal that belongs to none of them fails the test.
    static let refusals: [(message: String, count: Int)] = [
        ("an ORDER BY that stands after LIMIT", 2),
        ("drops NULLS FIRST", 3),
        ("FILTER on a window function", 2),
        ("DISTINCT in a window function", 6),
        ("IGNORE NULLS", 1),
        ("drops COLLATE", 1),
        ("drops WITH ", 3),
        ("drops NATURAL", 1),
        ("drops the % of SAMPLE", 2),
        ("a table with two aliases", 7),
        ("a column with two aliases", 2),
        ("as an alias here", 4),
        (" AS ", 5),
        ("a second LIMIT", 1),
        ("this LIMIT to the last query", 1),
        ("the comment that begins here is never closed", 1),
        ("now as parameters, now as columns", 4),
        ("DISTINCT ON", 1),
        ("a quoted name is empty", 2),
        ("a HogQLX tag here", 3),
        ("columns are counted from 1", 1),
        ("a fraction behind leading zeros", 1),
        ("the escape \\0", 1),
        ("the call of a function '*'", 1),
        ("named arguments", 1),
        ("* COLUMNS(…)", 1),
        ("INTERPOLATE", 1),
        ("BY NAME", 1),
    ]

    @Test("the recording is whole")
    func size() {
        #expect(Self.recorded.count > 2500)
        #expect(Self.recorded.count { $0.tree != nil } > 1000)
        #expect(Self.recorded.count { $0.tree == nil } > 1000)
    }

    @Test("accepts and rejects what PostHog does, and reads the same trees")
    func agreement() {
        var counts: [String: Int] = [:]
        for recorded in Self.recorded {
            do throws(AirlockError) {
                let statement = try parseSelect(recorded.query)
                guard let tree = recorded.tree else {
                    Issue.record("PostHog rejects \(recorded.query)\n as \(QueryPrinter.text(of: statement))")
                    continue
                }
                let ours = NormalForm(statement).text
                if ours != tree { Issue.record("\(recorded.query)\n ours    \(ours)\n PostHog \(tree)") }
            } catch {
                guard recorded.tree != nil else { continue }
                guard error.code == .unsupportedQuery, error.hint != nil, error.location != nil else {
                    Issue.record("PostHog accepts \(recorded.query)\n \(error)")
                    continue
                }
                let kinds = Self.refusals.filter { error.message.contains($0.message) }
                #expect(kinds.count == 1, "\(recorded.query): \(error.message)")
                for kind in kinds { counts[kind.message, default: 0] += 1 }
            }
        }
        for kind in Self.refusals { #expect(counts[kind.message] == kind.count, "\(kind.message)") }
    }

    @Test("what is printed reads back as the same tree, and prints the same")
    func printing() {
        for recorded in Self.recorded {
            guard let statement = try? parseSelect(recorded.query) else { continue }
            let printed = QueryPrinter.text(of: statement)
            do throws(AirlockError) {
                let again = try parseSelect(printed)
                #expect(QueryPrinter.text(of: again) == printed, "\(recorded.query)")
                if NormalForm(again).text != NormalForm(statement).text {
                    Issue.record("\(recorded.query)\n prints as \(printed)\n which is another tree")
                }
            } catch {
                Issue.record("\(recorded.query)\n prints as \(printed)\n \(error)")
            }
        }
    }

    /// Without Foundation, which would cost the whole suite its start.
    private static func text(ofFileAt path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
