import AirlockCore
import Glibc
import Resilience
import Testing

/// docs/resilience.md says the defaults; the code has them.
@Suite struct DefaultsDocumentationTests {
    struct Machine: CustomTestStringConvertible, Sendable {
        var heading: String
        var settings: any Sendable

        var testDescription: String { heading }
    }

    static let machines = [
        Machine(heading: "## Retry", settings: RetrySettings()),
        Machine(heading: "### Retry budget", settings: RetryBudget.Settings()),
        Machine(heading: "## Rate limit", settings: RateLimitSettings()),
        Machine(heading: "## Bulkhead", settings: BulkheadSettings()),
        Machine(heading: "## Circuit breaker", settings: BreakerSettings()),
        Machine(heading: "## Cache and coalescing", settings: CacheSettings()),
    ]

    @Test(arguments: machines) func theTableEqualsTheCode(_ machine: Machine) throws {
        let documented = try Self.table(under: machine.heading)
        let settings = Mirror(reflecting: machine.settings).children.map { ($0.label ?? "", Self.text($0.value)) }
        #expect(documented.map(\.0) == settings.map(\.0))
        for (row, setting) in zip(documented, settings) { #expect(row.1 == setting.1, "\(row.0)") }
    }

    @Test func thePresetsForQueriesAreDocumented() throws {
        let document = try Self.document()
        let windows = RateLimitSettings.queries.windows.map(Self.text).joined(separator: " and ")
        #expect(document.contains("the windows are \(windows)."))
        #expect(document.contains("it is \(BulkheadSettings.queries.maxConcurrent) at a time"))
    }

    static func table(under heading: String) throws -> [(String, String)] {
        let lines = try document().split(separator: "\n", omittingEmptySubsequences: false)
        return lines.drop { $0 != heading }.drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }.dropFirst(2).map {
            let cells = $0.split(separator: "|").map { $0.trimmed }
            return (cells[0].filter { $0 != "`" }, cells[1])
        }
    }

    static func document() throws -> String {
        let path = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/docs/resilience.md"
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var (buffer, bytes) = ([UInt8](repeating: 0, count: 65536), [UInt8]())
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func text(_ value: Any) -> String {
        switch value {
        case let time as Duration where time == .seconds(86400): "1 d"
        case let time as Duration: time.shortText
        case let bytes as ByteCount: bytes.description
        case let count as Int: grouped(count)
        case let number as Double where number == number.rounded(): "\(Int(number))"
        case let number as Double: "\(number)"
        case let window as RateWindow: "\(grouped(window.maxCalls)) in \(window.period.shortText)"
        case let windows as [RateWindow]: windows.map(text).joined(separator: ", ")
        default: "?"
        }
    }

    /// `10,000`.
    static func grouped(_ count: Int) -> String {
        let digits = String(count)
        return digits.indices.reduce(into: "") { text, index in
            let left = digits.distance(from: index, to: digits.endIndex)
            if left.isMultiple(of: 3), index != digits.startIndex { text.append(",") }
            text.append(digits[index])
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
