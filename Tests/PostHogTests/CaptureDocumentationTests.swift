import AirlockCore
import Foundation
import PostHog
import Testing

/// The table of capture's settings in docs/posthog.md says what the code does.
@Suite struct CaptureDocumentationTests {
    private func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        return digits.indices.map { index in
            let isBorder = index > 0 && (digits.count - index).isMultiple(of: 3)
            return (isBorder ? "," : "") + String(digits[index])
        }.joined()
    }

    @Test func theDefaultsAreTheCodes() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/posthog.md"), encoding: .utf8)
        let rows = text.split(separator: "\n")
        let settings = CaptureSettings()
        var known = 0
        for child in Mirror(reflecting: settings).children where child.label != "spool" {
            let value =
                switch child.value {
                case let count as Int: grouped(count)
                case let size as ByteCount: size.description
                case let time as Duration: time.shortText
                case let flag as Bool: String(flag)
                case let sync as CaptureSettings.Sync: "`\(sync.rawValue)`"
                default: "unknown"
                }
            let name = "| `\(child.label ?? "")` | "
            #expect(
                rows.contains { $0.hasPrefix(name) && $0.contains(" | \(value) | ") },
                "docs/posthog.md has no row that begins with \(name) and says \(value)")
            known += 1
        }
        #expect(known == 10)
    }
}
