import AirlockCore
import Broker
import Glibc
import Testing

/// docs/broker.md says the defaults; the code has them.
@Suite struct LimitsDocumentationTests {
    @Test func theTableEqualsTheCode() throws {
        let path = #filePath.components(upTo: "/Tests/BrokerTests/") + "/docs/broker.md"
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var (buffer, text) = ([UInt8](repeating: 0, count: 65536), [UInt8]())
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            text += buffer[..<count]
        }
        var documented: [String: String] = [:]
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmed }
            guard cells.count >= 2 else { continue }
            documented[cells[0].filter { $0 != "`" }] = cells[1]
        }
        let limits = Mirror(reflecting: BrokerLimits()).children
        #expect(limits.count == 14)
        for (label, value) in limits {
            let name = try #require(label)
            let expected =
                switch value {
                case let bytes as ByteCount: bytes.description
                case let time as Duration: time == .seconds(60) ? "60 s" : time.shortText
                case let count as Int: count.grouped
                default: "?"
                }
            #expect(documented[name] == expected, "\(name)")
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension Int {
    /// `10,000`.
    fileprivate var grouped: String {
        var text = ""
        for (index, digit) in String(self).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
