import AirlockCore
import DriverKit
import Testing

@testable import LocalWarehouse

/// What was quick is answered by the thread that asks again, and says the same.
@Suite(.timeLimit(.minutes(1))) struct QuickQueryTests {
    let folder: TemporaryFolder
    let driver: LocalDriver

    init() async throws {
        folder = try TemporaryFolder()
        driver = LocalDriver(path: folder.file("w.db"), bounds: Self.generous)
        try await add(20, name: "one")
    }

    /// On a busy machine nothing is sure to be quick.
    private static let generous = QuickQueries.Bounds(quick: .seconds(60), patience: .seconds(60))

    private func add(_ count: Int, name: String) async throws {
        let lines = (0..<count).map { number in
            """
            {"uuid":"0198a000-0000-7000-8000-\(name == "one" ? "0000000000" : "1111111111")\(number + 10)",\
            "event":"view","timestamp":"2026-01-01T00:00:\(number + 10)Z","distinct_id":"d"}

            """
        }
        let input = try folder.write("\(name).jsonl", lines.joined())
        _ = try await WarehouseImport(input: input, target: folder.file("w.db")).run()
    }

    private func ask(_ text: String, _ values: JSONObject = [:]) async throws -> (reply: QueryReply, wasQuick: Bool) {
        let prepared = try await driver.prepare(text, values: values)
        return (try await prepared.run(QueryOptions()), (prepared as? LocalQuery)?.wasQuick ?? false)
    }

    /// Asks until it is answered the quick way, which takes a connection that nobody waits for.
    private func askUntilQuick(_ text: String, _ values: JSONObject = [:]) async throws -> QueryReply {
        while true {
            let (reply, wasQuick) = try await ask(text, values)
            if wasQuick, let key = QuickQueries.Key(text, values), let quick = await source(key) {
                #expect(quick == reply)
                return reply
            }
            await Task.yield()
        }
    }

    private func source(_ key: QuickQueries.Key) async -> QueryReply? {
        guard let opened = driver.source.unchanged, let query = opened.quickQueries.query(key) else { return nil }
        return opened.quickQueries.answer(key, query, QueryOptions())
    }

    private let query = "SELECT event, distinct_id FROM events WHERE event = {event} LIMIT 3"

    @Test func theSecondTimeItIsQuickAndTheSame() async throws {
        let first = try await ask(query, ["event": "view"])
        #expect(!first.wasQuick && first.reply.table.rows.count == 3)
        #expect(try await askUntilQuick(query, ["event": "view"]) == first.reply)
    }

    @Test func otherValuesAreAnotherQuery() async throws {
        _ = try await askUntilQuick(query, ["event": "view"])
        let other = try await ask(query, ["event": "buy"])
        #expect(!other.wasQuick && other.reply.table.rows.isEmpty)
        let whole = try await askUntilQuick("SELECT {n} AS n FROM events LIMIT 1", ["n": 1])
        let fraction = try await ask("SELECT {n} AS n FROM events LIMIT 1", ["n": 1.0])
        #expect(!fraction.wasQuick && whole.table.types != fraction.reply.table.types)
    }

    @Test func whatWasAddedIsSeen() async throws {
        let count = "SELECT count() FROM events"
        #expect(try await askUntilQuick(count).table.rows == [[20]])
        try await add(5, name: "two")
        let next = try await ask(count)
        #expect(!next.wasQuick && next.reply.table.rows == [[25]])
        #expect(try await askUntilQuick(count).table.rows == [[25]])
    }

    @Test(arguments: ["SELECT now() FROM events LIMIT 1", "SELECT upper(event) FROM events LIMIT 1"])
    func whatReadsTheClockOrCallsOurFunctionsIsNot(query: String) async throws {
        for _ in 0..<3 { #expect(try await ask(query).wasQuick == false) }
    }

    @Test func whatIsNoLongerQuickGoesTheUsualWay() async throws {
        let long = "SELECT count() FROM numbers(100000)"
        _ = try await askUntilQuick(long)
        let key = try #require(QuickQueries.Key(long, [:]))
        let quick = try #require(driver.source.unchanged?.quickQueries)
        let known = try #require(quick.query(key))
        #expect(quick.answer(key, known, QueryOptions(timeout: .zero)) == nil)
        #expect(quick.query(key) == nil)
        #expect(try await ask(long).reply.table.rows == [[100_000]])
    }

    @Test func onlySoManyAreKept() async throws {
        let quick = QuickQueries(QuickQueries.Bounds()) { throw AirlockError(.fileFailed, "none") }
        let schema = QuerySchema()
        let slow = try QueryEngine.prepare(text: "SELECT 1", values: [:], schema: schema)
        let keys = (0...QuickQueries.maxQueries).compactMap { QuickQueries.Key("\($0)", [:]) }
        try #require(keys.count == QuickQueries.maxQueries + 1)
        quick.answered(keys[0], slow, in: QuickQueries.Bounds().quick + .nanoseconds(1))
        #expect(quick.query(keys[0]) == nil)
        for key in keys {
            quick.answered(key, slow, in: QuickQueries.Bounds().quick)
            _ = quick.query(keys[0])
        }
        #expect(keys.map { quick.query($0) != nil } == keys.indices.map { $0 != 1 })
        // Without a connection the usual way is left.
        #expect(quick.answer(keys[0], slow, QueryOptions()) == nil)
        #expect(QuickQueries.Key(String(repeating: "x", count: QuickQueries.maxKeyBytes), [:]) == nil)
    }
}
