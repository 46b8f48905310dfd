import Foundation
import Testing

@testable import Settings

/// docs/configuration.md and .env.example name the settings; the code has them.
@Suite struct ConfigurationDocumentationTests {
    private static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    private static let rule = "| --- | --- | --- | --- |"

    @Test func everySettingIsDocumented() throws {
        let file = Self.root.appendingPathComponent("docs/configuration.md")
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        let rows = lines.filter { $0.hasPrefix("| `") }
        let expected = Setting.all.map { setting in
            let variables = setting.variables.map { "`\($0)`" }.joined(separator: ", ")
            return
                "| `\(setting.name)` | \(variables) | \(setting.defaultText.map { "`\($0)`" } ?? "–") | \(setting.meaning) |"
        }
        if ProcessInfo.processInfo.environment["AIRLOCK_WRITE_DOCS"] != nil, let rule = lines.firstIndex(of: Self.rule)
        {
            let others = lines.filter { !$0.hasPrefix("| `") }
            let text = others[...rule] + expected + others[(rule + 1)...]
            try text.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
            return
        }
        for row in expected { #expect(rows.contains(row), "\(row)") }
        #expect(rows.filter { expected.contains($0) }.count == rows.count, "rows that the code does not have")
    }

    @Test func theExampleNamesVariablesThatExist() throws {
        let text = try String(contentsOf: Self.root.appendingPathComponent(".env.example"), encoding: .utf8)
        let names = text.matches(of: /(?m)^#? ?([A-Z][A-Z_]+)=/).map { String($0.output.1) }
        #expect(names.count > 10)
        let known = Setting.all.flatMap(\.variables) + ["AIRLOCK_CONFIG"]
        for name in names {
            let plain = name.replacing(/_(FILE|COMMAND)$/, with: "")
            #expect(known.contains(name) || known.contains(plain), "\(name)")
        }
        for name in known where name.hasPrefix("POSTHOG_") { #expect(names.contains(name), "\(name)") }
    }
}
