import AirlockCore
import Foundation
import Testing

@testable import Templating

@Suite final class CatalogueTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("catalogue-\(UUID().uuidString)")
    private let builtIn = [
        "top-events": Fixtures.template("tool.airlock.title = \"built in\""),
        "funnel": Fixtures.template("tool.airlock.title = \"funnel\""),
    ]

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: folder) }

    private func directory(_ name: String, _ files: [String: [UInt8]]) throws -> String {
        let directory = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for (file, bytes) in files { try Data(bytes).write(to: directory.appendingPathComponent(file)) }
        return directory.path
    }

    @Test func laterDirectoriesTakeThePlaceOfEarlierOnes() throws {
        let first = try directory(
            "first",
            [
                "top-events.py": Fixtures.template("tool.airlock.title = \"first\""),
                "mine.py": Fixtures.template("tool.airlock.title = \"mine\""), "notes.txt": [], "Bad Name.py": [],
            ])
        let second = try directory("second", ["top-events.py": Fixtures.template("tool.airlock.title = \"second\"")])
        let catalogue = TemplateCatalogue(builtIn: builtIn, directories: [first, second + "/"])
        #expect(try catalogue.names() == ["funnel", "mine", "top-events"])
        #expect(try catalogue.load("top-events").manifest.title == "second")
        #expect(try catalogue.load("mine").path == first + "/mine.py")
        #expect(try catalogue.load("funnel").path == nil)
        let file = first + "/top-events.py"
        #expect(try catalogue.load(file).manifest.title == "first")
        #expect(try catalogue.load(file).name == "top-events")
    }

    @Test func onlyTheNamedTemplateIsRead() throws {
        let path = try directory("broken", ["broken.py": Array("# /// script\n".utf8)])
        let catalogue = TemplateCatalogue(builtIn: builtIn, directories: [path])
        #expect(try catalogue.load("funnel").manifest.title == "funnel")
        #expect(throws: AirlockError.self) { try catalogue.load("broken") }
        let entries = try catalogue.list()
        #expect(entries.map(\.name) == ["broken", "funnel", "top-events"])
        #expect(entries.map { $0.error == nil } == [false, true, true])
        let error = Fixtures.error { () throws(AirlockError) in _ = try catalogue.load("broken") }
        #expect(error?.location == .file("\(path)/broken.py", line: 1, column: 1))
    }

    @Test func unknownNames() throws {
        let catalogue = TemplateCatalogue(builtIn: builtIn)
        for (name, nearest) in [("top-event", "top-events"), ("Funnel", "funnel"), ("zzz", nil), ("", nil)] {
            let error = Fixtures.error { () throws(AirlockError) in _ = try catalogue.load(name) }
            #expect(error?.code == .unknownTemplate)
            #expect(error?.problems.first?.suggested == nearest.map(JSONValue.string))
        }
        let error = Fixtures.error { () throws(AirlockError) in _ = try catalogue.load("top-event") }
        #expect(error?.message == "there is no template named 'top-event'; the nearest is 'top-events'")
    }

    @Test func filesThatAreNone() throws {
        let path = try directory("odd", ["large.py": [UInt8](repeating: 0x23, count: Template.maxBytes + 1)])
        try FileManager.default.createDirectory(atPath: path + "/folder.py", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path + "/loop.py", withDestinationPath: path + "/loop.py")
        #expect(mkfifo(path + "/pipe.py", 0o600) == 0)
        let catalogue = TemplateCatalogue(builtIn: [:])
        for (file, message) in [
            ("large.py", "the file is larger than 1 MiB, the most a template may take"),
            ("folder.py", "the template cannot be read: it is a directory"),
            ("loop.py", "the template cannot be read"),
            ("pipe.py", "the template cannot be read: it is not a regular file"),
            ("missing.py", "the template cannot be read"),
        ] {
            let error = Fixtures.error { () throws(AirlockError) in _ = try catalogue.load("\(path)/\(file)") }
            #expect(error?.code == .fileFailed)
            #expect(error?.message == message)
            #expect(error?.location == .file("\(path)/\(file)"))
        }
        let missing = TemplateCatalogue(builtIn: [:], directories: [path + "/none"])
        #expect(throws: AirlockError.self) { try missing.names() }
    }

    @Test func directoriesFromTheEnvironment() {
        #expect(TemplateCatalogue.directories(inVariable: "/a::b/c:") == ["/a", "b/c"])
        #expect(TemplateCatalogue.directories(inVariable: nil) == [])
    }

    @Test func aFreshTemplateIsValid() throws {
        let text = try TemplateScaffold.new(name: "weekly-report_2")
        let report = Template.check(bytes: Array(text.utf8))
        #expect(report == TemplateReport())
        let template = try Template(name: "weekly-report_2", bytes: Array(text.utf8))
        #expect(template.manifest.title == "Weekly report 2")
        let rendered = try template.render(try template.validateOffline(VariableInputs()))
        #expect(rendered.text.contains("days=(7), rows=(10),"))
        for name in ["", "-a", "A", "a b", "../a", "a.py"] {
            #expect(throws: AirlockError.self) { try TemplateScaffold.new(name: name) }
        }
    }
}
