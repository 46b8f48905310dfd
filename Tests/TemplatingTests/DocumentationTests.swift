import AirlockCore
import Foundation
import Testing

@testable import Templating

/// What the author's guide shows is true.
@Suite struct DocumentationTests {
    private static func guide(_ file: String = #filePath) throws -> String {
        let root = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/templates.md"), encoding: .utf8)
    }

    private static func example() throws -> Template {
        let parts = try guide().components(separatedBy: "```python\n")
        let script = try #require(parts.dropFirst().first?.components(separatedBy: "```").first)
        #expect(Template.check(bytes: Array(script.utf8)) == TemplateReport())
        return try Template(name: "weekly-signups", bytes: Array(script.utf8), path: "./weekly-signups.py")
    }

    @Test func theExampleIsATemplate() throws {
        let template = try Self.example()
        let rendered = try template.render(try template.validateOffline(VariableInputs()))
        #expect(rendered.text.contains("event=\"signup\",\n    weeks=(8),\n"))
    }

    @Test func theErrorShownIsTheErrorGiven() throws {
        let template = try Self.example()
        var inputs = VariableInputs()
        inputs.flags = [("weks", "4"), ("weeks", "100")]
        let error = try #require(Fixtures.error { () throws(AirlockError) in _ = try template.validateOffline(inputs) })
        // Of the command's output, which is indented below the line of the run.
        let shown = error.description.split(separator: "\n").map { "      " + $0 }.joined(separator: "\n")
        #expect(try Self.guide().contains(shown), "\(error)")
    }

    @Test func everyNameIsExplained() throws {
        let guide = try Self.guide()
        let own = ["secret", "required"] + OrderRule.Relation.allCases.map(\.rawValue)
        let names =
            TemplateLimits.names + TemplateAccess.readMethods + TemplateAccess.writeMethods
            + VariableSchema.keywords.filter { $0 != "$comment" } + DataAwareFormat.allCases.map(\.rawValue) + own
        for name in names {
            #expect(guide.contains("`\(name)`") || guide.contains("`\(name) = "), "'\(name)' is not in the guide")
        }
    }

    @Test(arguments: [
        "days  = { type = \"integer\", minimum = 1, maximum = 365, default = 7, description = \"Length of the period\" }",
        "start = { type = \"string\", format = \"date\", required = false }",
        "# [tool.airlock.variables.steps]",
    ])
    func declarationsShownAreInTheGuide(line: String) throws {
        #expect(try Self.guide().contains(line))
    }

    @Test func theDeclarationsShownAreValid() throws {
        let lines = try Self.guide().split(separator: "\n").filter { $0.hasPrefix("    # ") }.map { $0.dropFirst(6) }
        let short = lines.prefix { $0 != "[tool.airlock.variables.steps]" }
        let long = lines.dropFirst(short.count).prefix { $0 != "[tool.airlock.access]" }
        let access = lines.dropFirst(short.count + long.count)
        for toml in [
            "[tool.airlock.variables]\n" + short.joined(separator: "\n"), long.joined(separator: "\n"),
            access.joined(separator: "\n"),
        ] {
            #expect(Template.check(bytes: Fixtures.template(toml)).problems.isEmpty, "\(toml)")
        }
        #expect(short.count == 4 && long.count == 6 && access.count == 5)
    }
}
