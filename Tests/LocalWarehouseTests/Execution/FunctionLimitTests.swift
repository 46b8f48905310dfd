import AirlockCore
import DriverKit
import GRDB
import Testing

@testable import LocalWarehouse

/// A query cannot fill the memory, nor pass for right what cannot be computed.
@Suite struct FunctionLimitTests {
    struct Failing: Sendable, CustomTestStringConvertible {
        let query: String
        let says: String

        var testDescription: String { query }
    }

    static let failing: [Failing] = [
        .init(query: "SELECT repeat('abc', 1000000)", says: "1 MiB"),
        .init(query: "SELECT space(9000000)", says: "1 MiB"),
        .init(query: "SELECT leftPad('a', 90000000)", says: "1 MiB"),
        .init(query: "SELECT rightPadUTF8('é', 90000000)", says: "1 MiB"),
        .init(query: "SELECT range(2000000)", says: "million"),
        .init(query: "SELECT arrayResize([1], 2000000)", says: "too long"),
        .init(query: "SELECT arrayWithConstant(2000000, 'a')", says: "too long"),
        .init(query: "SELECT ngrams(repeat('a', 100000), 1000)", says: "1 MiB"),
        .init(query: "SELECT levenshteinDistance(repeat('a', 9000), repeat('b', 9000))", says: "multiply"),
        .init(query: "SELECT timeSlots(makeDateTime(2024, 1, 1, 0, 0, 0), 900000000, 1)", says: "million"),
        .init(query: "SELECT groupArray(repeat('a', 1000000)) FROM numbers(100)", says: "64 MiB"),
        .init(query: "SELECT groupArrayInsertAt(1, number * 1000000000) FROM numbers(3)", says: "1000000"),
        .init(query: "SELECT base58Encode(repeat('a', 5000))", says: "4 KiB"),
        .init(query: "SELECT base64Decode('!')", says: "decoded"),
        .init(query: "SELECT JSONExtractUInt('[18446744073709551615]', 1)", says: "9223372036854775807"),
        .init(query: "SELECT addDays(_toDate('2149-06-06'), number + 1) FROM numbers(1)", says: "range"),
        .init(query: "SELECT toDate('1970-01-01') - toIntervalDay(number + 1) FROM numbers(1)", says: "range"),
        .init(query: "SELECT [unhex('ff')]", says: "UTF-8"),
        .init(query: "SELECT lowerUTF8(unhex('ff'))", says: "UTF-8"),
        .init(query: "SELECT groupArray(unhex('ff')) FROM numbers(2)", says: "UTF-8"),
        .init(query: "SELECT gcd(0, number) FROM numbers(1)", says: "zero"),
        .init(query: "SELECT bitShiftLeft(1, -1 - number) FROM numbers(1)", says: "negative"),
        .init(query: "SELECT factorial(21 + number) FROM numbers(1)", says: "20"),
        .init(query: "SELECT mapFromArrays(['a'], [1, 2])", says: "one length"),
        .init(query: "SELECT sumForEach(range(number * 2000000)) FROM numbers(2)", says: "million"),
        .init(
            query:
                "SELECT sequenceMatch('(?1).*(?2).*(?1).*(?2).*(?1).*(?2).*(?3)')(makeDateTime(2024, 1, 1, 0, 0, 0), "
                + "number % 2 = 0, number % 2 = 1, number = 0) FROM numbers(1001)", says: "1,000,000 steps"),
    ]

    @Test(arguments: failing)
    func fails(_ failing: Failing) throws {
        let queue = try ExecutionWarehouse.queue()
        let error = try #require(throws: AirlockError.self) {
            _ = try ExecutionWarehouse.answer(failing.query, in: queue)
        }
        #expect(error.code == .invalidQuery, "\(error)")
        #expect("\(error)".contains(failing.says), "\(error)")
    }

    @Test func whatIsNotUTF8IsHeldExactly() throws {
        let queue = try ExecutionWarehouse.queue()
        let reply = try ExecutionWarehouse.answer(
            "SELECT hex(x), length(x), x = unhex('ff00c3'), hex(reverse(x)), hex(concat(x, 'a')), isValidUTF8(x), "
                + "count() FROM (SELECT unhex('ff00c3') AS x FROM numbers(2)) GROUP BY x", in: queue)
        #expect(reply.table.rows == [["FF00C3", 3, 1, "C300FF", "FF00C361", 0, 2]])
    }

    @Test func textsAreNotCutAtANul() throws {
        let queue = try ExecutionWarehouse.queue()
        let reply = try ExecutionWarehouse.answer(
            "SELECT x, length(x) FROM (SELECT char(97, 0, 98) AS x FROM numbers(1))", in: queue)
        #expect(reply.table.rows == [["a\u{0}b", 3]])
    }

    /// Hashes are unsigned: they sort, group and compare as such.
    @Test func hashesAreUnsigned() throws {
        let queue = try ExecutionWarehouse.queue()
        let reply = try ExecutionWarehouse.answer(
            "SELECT number, cityHash64(number) AS h FROM numbers(4) ORDER BY h DESC", in: queue)
        #expect(reply.table.types[1] == "UInt64")
        let hashes = reply.table.rows.compactMap { UInt64($0[1].json) }
        #expect(hashes.count == 4)
        #expect(hashes == hashes.sorted(by: >))
        #expect(hashes.contains { $0 > UInt64(Int64.max) })
        #expect(hashes.contains { $0 <= UInt64(Int64.max) })
        let least = try ExecutionWarehouse.answer(
            "SELECT min(cityHash64(number)), max(cityHash64(number)), uniq(cityHash64(number)) FROM numbers(4)",
            in: queue)
        #expect(least.table.rows == [[reply.table.rows[3][1], reply.table.rows[0][1], 4]])
    }
}
