import Foundation
import Testing

@testable import LocalWarehouse

/// docs/hogql.md is the code's own account of itself. `make docs` writes it.
@Suite struct LanguageDocumentationTests {
    @Test func theDocumentEqualsTheCode() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("docs/hogql.md")
        if ProcessInfo.processInfo.environment["AIRLOCK_WRITE_DOCS"] == "1" {
            try Data(LanguageReference.markdown.utf8).write(to: file, options: .atomic)
        }
        let written = try String(contentsOf: file, encoding: .utf8)
        #expect(written == LanguageReference.markdown, "make docs writes docs/hogql.md anew")
    }
}
