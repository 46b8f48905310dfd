import AirlockCore
import Testing

@testable import Templating

@Suite struct ManifestTests {
    @Test func everythingDeclaredIsRead() throws {
        let template = try Fixtures.load(
            """
            requires-python = ">=3.9, <4"
            dependencies = []

            [tool.airlock]
            title = "Top events"
            description = "The most frequent events."
            tags = ["events", "overview"]
            runtime = "python"
            result = { type = "object" }

            [tool.airlock.variables]
            end = { type = "string", format = "date", after = "begin", required = false }
            begin = { type = "string", format = "date" }
            days = { type = "integer", minimum = 1, default = 7 }
            key = { type = "string", secret = true }
            who = { type = ["string", "null"] }
            shape = { type = "object", required = ["a"] }

            [tool.airlock.access]
            methods = ["query", "capture_event"]
            tables = ["events"]
            columns = { events = ["event", "timestamp"] }
            writes = true

            [tool.airlock.limits]
            wall = "20s"
            total = 60
            cpu = "1.5m"
            memory = "256MiB"
            disk = 1024
            output = "1MB"
            processes = 4
            files = 64
            calls = 0
            rows = 1000
            reply = "8MiB"
            request = "64KiB"

            [tool.other]
            anything = 1
            """)
        let manifest = template.manifest
        #expect(manifest.title == "Top events")
        #expect(manifest.description == "The most frequent events.")
        #expect(manifest.tags == ["events", "overview"])
        #expect(manifest.result == ["type": "object"])
        #expect(manifest.requiresPython?.contains([3, 11, 2]) == true)
        #expect(manifest.variables.map(\.name) == ["end", "begin", "days", "key", "who", "shape"])
        #expect(manifest.variables.map(\.isRequired) == [false, true, false, true, false, true])
        #expect(manifest.variable("key")?.isSecret == true)
        #expect(manifest.variable("end")?.orderRules == [OrderRule(relation: .after, other: "begin")])
        #expect(manifest.variable("end")?.schema == ["type": "string", "format": "date"])
        #expect(manifest.variable("shape")?.schema == ["type": "object", "required": ["a"]])
        #expect(manifest.access.methods == ["query", "capture_event"])
        #expect(manifest.access.tables == ["events"])
        #expect(manifest.access.columns == ["events": ["event", "timestamp"]])
        #expect(manifest.access.writes)
        var limits = TemplateLimits()
        (limits.wall, limits.total, limits.cpu) = (.seconds(20), .seconds(60), .seconds(90))
        (limits.memory, limits.disk, limits.output) = (.mebibytes(256), ByteCount(1024), ByteCount(1_000_000))
        (limits.processes, limits.files, limits.calls, limits.rows) = (4, 64, 0, 1000)
        (limits.replyBytes, limits.requestBytes) = (.mebibytes(8), .kibibytes(64))
        #expect(manifest.limits == limits)
    }

    @Test func allProblemsAtOnceWithTheirPlacesInTheFile() {
        let error = Fixtures.error { () throws(AirlockError) in
            _ = try Fixtures.load(
                """
                requires-python = "three"
                dependencies = ["requests"]
                titel = "x"
                [tool.airlock]
                titel = "Top"
                tags = "a"
                runtime = "phyton"
                result = 7
                [tool.airlock.variables]
                Days = { type = "integer" }
                n = 7
                m = { typ = "integer", default = 1, required = true, before = "k" }
                k = { type = "string", secret = true, default = "x" }
                o = { type = "integer", after = "p" }
                p = { type = "string", format = "date" }
                [tool.airlock.access]
                methods = ["qeury", "capture_event"]
                tables = ["events"]
                columns = { persons = ["id"] }
                write = true
                [tool.airlock.limits]
                wall = "20 parsecs"
                total = -1
                cals = 5
                calls = 1.5
                """)
        }
        #expect(error?.code == .invalidTemplate)
        #expect(
            error?.description == """
                the template 'fixture' is not valid (fixture:2:3)
                  line 2, column 3: /requires-python: not a version specifier such as ">=3.9"
                  line 3, column 19: /dependencies/0: a script has Python's standard library and the package airlock; \
                for 'requests' it needs profile = "data" in [tool.airlock]
                  line 4, column 3: /titel: there is no key 'titel' here; known are requires-python, dependencies, tool
                  line 6, column 3: /tool/airlock/titel: there is no key 'titel' here; the nearest is 'title' \
                (suggested: "title")
                  line 7, column 3: /tool/airlock/tags: an array of strings was expected
                  line 8, column 3: /tool/airlock/runtime: there is no runtime of this name; the nearest is 'python'
                  line 9, column 3: /tool/airlock/result: a JSON Schema (a table), or true, was expected
                  line 11, column 3: /tool/airlock/variables/Days: a variable's name is a lower-case letter, then \
                letters, digits and underscores, 64 at most (suggested: "days")
                  line 12, column 3: /tool/airlock/variables/n: a variable is declared by a table such as \
                { type = "integer" }
                  line 13, column 9: /tool/airlock/variables/m/typ: there is no key 'typ' here; the nearest is 'type' \
                (suggested: "type")
                  line 13, column 39: /tool/airlock/variables/m/required: it has a default, so it cannot be required
                  line 13, column 56: /tool/airlock/variables/m/before: 'm' and 'k' are not of one kind that has an \
                order: both numbers, or both strings of one format (date, date-time, time, or none)
                  line 14, column 41: /tool/airlock/variables/k/default: a secret has no default: this file is no secret
                  line 15, column 27: /tool/airlock/variables/o/after: 'o' and 'p' are not of one kind that has an \
                order: both numbers, or both strings of one format (date, date-time, time, or none)
                  line 18, column 14: /tool/airlock/access/methods/0: there is no method 'qeury'; the nearest is \
                'query' (suggested: "query")
                  line 18, column 23: /tool/airlock/access/methods/1: 'capture_event' changes the source: it needs \
                'writes = true' beside it
                  line 20, column 15: /tool/airlock/access/columns/persons: columns of 'persons', which is not among \
                'tables'
                  line 21, column 3: /tool/airlock/access/write: there is no key 'write' here; the nearest is 'writes' \
                (suggested: "writes")
                  line 23, column 3: /tool/airlock/limits/wall: a time above zero, "20s" or seconds was expected
                  line 24, column 3: /tool/airlock/limits/total: a time above zero, "20s" or seconds was expected
                  line 25, column 3: /tool/airlock/limits/cals: there is no key 'cals' here; the nearest is 'calls' \
                (suggested: "calls")
                  line 26, column 3: /tool/airlock/limits/calls: a whole number, zero or more was expected
                """)
    }

    @Test func brokenTOMLIsPlacedInTheFile() {
        let bytes = Array("import a\n\n# /// script\n# [tool.airlock]\n# title = Top\n# ///\n".utf8)
        let error = Fixtures.error { () throws(AirlockError) in _ = try Template(name: "t", bytes: bytes) }
        #expect(error?.location == .file("t", line: 5, column: 11))
        #expect(error?.problems.count == 1)
    }

    @Test(arguments: [
        ("print(1)\n", "there is no metadata block ('# /// script' … '# ///')"),
        ("#/// script\n# a = 1\n# ///\n", "line 1 has to read '# /// script' exactly"),
        (
            "# coding: latin-1\n# /// script\n# [tool]\n# ///\n",
            "a template is UTF-8; it cannot declare another encoding"
        ),
        (
            "\n#-*- coding=utf_7 -*-\n# /// script\n# [tool]\n# ///\n",
            "a template is UTF-8; it cannot declare another encoding"
        ),
        ("# /// script\n# [tool]\n# ///\na\u{0}b", "a NUL byte"),
        ("# /// script\n# tool = 1\n# ///\n", "a table was expected"),
        ("# /// script\n# tool.airlock.variables = 1\n# ///\n", "a table was expected"),
    ])
    func unusableFiles(text: String, message: String) {
        let error = Fixtures.error { () throws(AirlockError) in _ = try Template(name: "t", bytes: Array(text.utf8)) }
        #expect(error?.problems.map(\.message) == [message])
    }

    @Test(arguments: ["# -*- coding: utf-8 -*-\n", "#!/usr/bin/python3\n# vim: set fileencoding=UTF8 :\n", "\u{FEFF}"])
    func utf8MayBeDeclared(head: String) throws {
        let bytes = Array(head.utf8) + Fixtures.template("[tool.airlock]\ntitle = \"x\"")
        let template = try Template(name: "t", bytes: bytes)
        #expect(template.manifest.title == "x")
        #expect(template.digest == SHA256.hexDigest(bytes))
    }

    @Test func invalidUTF8NamesItsLine() {
        let error = Fixtures.error { () throws(AirlockError) in
            _ = try Template(name: "t", bytes: Array("a\nb".utf8) + [0xFF, 0x0A])
        }
        #expect(error?.problems == [Problem("encoding", "the text is not UTF-8", line: 2)])
    }

    @Test func anAdHocScriptNeedsNoBlock() throws {
        let script = "print(f\"{{x}}\")  # {{ y }}\n"
        let template = try Template(adHoc: "-", bytes: Array(script.utf8))
        #expect(template.manifest == Manifest())
        #expect(template.check() == TemplateReport())
        #expect(try template.render([:]) == RenderedScript(text: script, lineCount: 1))
    }

    @Test(arguments: [
        (">=3.9", [3, 11, 2], true), (">=3.12", [3, 11, 2], false), ("~=3.9", [3, 11, 0], true),
        ("~=3.9.1", [3, 10, 0], false), ("==3.11.*", [3, 11, 2], true), ("!=3.11.*", [3, 11, 2], false),
        (">=3.9,<3.11", [3, 11, 0], false), ("==3.11", [3, 11, 0], true), (">3.11", [3, 11, 0], false),
    ])
    func pythonVersions(text: String, version: [Int], fits: Bool) throws {
        #expect(try #require(PythonVersionRange(text)).contains(version) == fits)
    }

    @Test(arguments: ["", "3.9", ">=", ">=3.x", ">=3.9,", "~=3", ">3.*", ">=99999999999999999999"])
    func noPythonVersions(text: String) {
        #expect(PythonVersionRange(text) == nil)
    }

    @Test(arguments: [("strict", SandboxProfile.strict), ("data", .data), ("box", .box)])
    func profiles(name: String, profile: SandboxProfile) throws {
        #expect(try Fixtures.load("[tool.airlock]\nprofile = \"\(name)\"").manifest.profile == profile)
    }

    @Test func anUnknownProfileNamesTheNearest() {
        let error = Fixtures.error { () throws(AirlockError) in
            _ = try Fixtures.load("[tool.airlock]\nprofile = \"bx\"")
        }
        #expect(error?.problems.map(\.message) == ["there is no profile of this name; the nearest is 'box'"])
        #expect(error?.problems.first?.suggested == "box")
        #expect(error?.problems.first?.line == 3)
    }

    @Test func dependenciesAreNamesWithVersions() throws {
        let template = try Fixtures.load(
            """
            dependencies = ["numpy>=1.20,<3", "Scikit_Learn", "python.dateutil (>= 2.8)"]
            [tool.airlock]
            profile = "data"
            """)
        let dependencies = template.manifest.dependencies
        #expect(dependencies.map(\.name) == ["numpy", "scikit-learn", "python-dateutil"])
        #expect(dependencies.map(\.text) == ["numpy>=1.20,<3", "Scikit_Learn", "python.dateutil (>= 2.8)"])
        #expect(dependencies[1].versions == nil)
    }

    @Test(arguments: [
        ("numpy>=1.20", "1.26.4", true), ("numpy>=1.20", "1.9", false), ("numpy>=2", "2.0rc1", true),
        ("numpy", "anything", true), ("numpy>=1", "anything", false), ("numpy==2.1.*", "2.1.3.post1", true),
        ("numpy<2", "99999999999999999999", false),
    ])
    func installedVersions(requirement: String, version: String, fits: Bool) throws {
        #expect(try #require(PackageRequirement(requirement)).isSatisfied(byVersion: version) == fits)
    }

    @Test(arguments: [
        "", "-numpy", "numpy-", "pandas[excel]", "numpy; python_version < '4'", "numpy @ https://example.org/numpy.whl",
        "numpy>=", "numpy>=1.x", "../numpy", "numpy,pandas", "нумпи",
    ])
    func whatIsNoNameWithVersionsIsRefused(text: String) {
        #expect(PackageRequirement(text) == nil)
        let error = Fixtures.error { () throws(AirlockError) in
            _ = try Fixtures.load("dependencies = [\"\(text)\"]\n[tool.airlock]\nprofile = \"data\"")
        }
        #expect(error?.problems.map(\.pointer) == ["/dependencies/0"])
    }

    @Test(arguments: [
        ("wall", "30s", true), ("rows", "10", true), ("memory", "1GiB", true), ("wall", "0s", false),
        ("rows", "many", false),
        ("walls", "1s", false),
    ])
    func limitsFromText(name: String, text: String, fits: Bool) {
        var limits = TemplateLimits()
        let error = Fixtures.error { () throws(AirlockError) in try limits.set(name, toText: text) }
        #expect((error == nil) == fits)
        #expect(error == nil || error?.code == .invalidArgument)
    }
}
