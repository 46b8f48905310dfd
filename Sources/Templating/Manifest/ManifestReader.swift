internal import AirlockCore

/// Reads a metadata block into a ``Manifest``, keeping every problem it meets with its place in the file.
struct ManifestReader {
    private let block: MetadataBlock
    private let document: TOMLDocument
    private(set) var manifest = Manifest()
    private(set) var problems: [Problem] = []

    static let tool = "/tool/airlock"

    init(_ block: MetadataBlock) {
        self.block = block
        document = TOMLDocument(block.toml)
        problems = document.problems.map { problem in
            var problem = problem
            let place = block.place(of: SourcePosition(line: problem.line ?? 1, column: problem.column ?? 1))
            (problem.line, problem.column) = (place.line, place.column)
            return problem
        }
        // After a syntax error there is no table to speak of, and every further complaint would be noise.
        guard problems.isEmpty else { return }
        read()
        problems.sort { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
        problems = problems.bounded
    }

    /// Where the value at `pointer` is written, in the file.
    func place(of pointer: String) -> SourcePosition? { document.place(of: pointer).map(block.place) }

    private mutating func read() {
        let root = document.root
        refuseUnknownKeys(in: root, at: "", known: ["requires-python", "dependencies", "tool"])
        readPythonVersions(root)
        // Its profile says whether there may be dependencies.
        defer { readDependencies(root) }
        guard let tool = table(root, "tool", at: ""), let own = table(tool, "airlock", at: "/tool") else { return }
        let known = [
            "title", "description", "tags", "runtime", "profile", "variables", "access", "limits", "result",
        ]
        refuseUnknownKeys(in: own, at: Self.tool, known: known)
        manifest.title = text(own, "title", at: Self.tool)
        manifest.description = text(own, "description", at: Self.tool)
        manifest.tags = texts(own, "tags", at: Self.tool) ?? []
        if let name = text(own, "runtime", at: Self.tool) {
            let names = ScriptRuntime.allCases.map(\.rawValue)
            if let runtime = ScriptRuntime(rawValue: name) {
                manifest.runtime = runtime
            } else {
                report("value", "there is no runtime of this name\(nearest(name, names))", at: Self.tool + "/runtime")
            }
        }
        readProfile(own)
        if let variables = table(own, "variables", at: Self.tool) { readVariables(variables) }
        if let access = table(own, "access", at: Self.tool) { readAccess(access) }
        if let limits = table(own, "limits", at: Self.tool) { readLimits(limits) }
        readResult(own)
    }

    private mutating func readPythonVersions(_ root: JSONObject) {
        if let text = text(root, "requires-python", at: "") {
            manifest.requiresPython = PythonVersionRange(text)
            if manifest.requiresPython == nil {
                report("value", "not a version specifier such as \">=3.9\"", at: "/requires-python")
            }
        }
    }

    private mutating func readProfile(_ own: JSONObject) {
        guard let name = text(own, "profile", at: Self.tool) else { return }
        if let profile = SandboxProfile(rawValue: name) {
            manifest.profile = profile
        } else {
            report(
                "value", "there is no profile of this name\(SandboxProfile.nearest(to: name))",
                at: Self.tool + "/profile",
                suggested: nearestName(to: name, in: SandboxProfile.allCases.map(\.rawValue)).map(JSONValue.string))
        }
    }

    private mutating func readDependencies(_ root: JSONObject) {
        for (index, text) in (texts(root, "dependencies", at: "") ?? []).enumerated() {
            let name = String(text.prefix(80))
            let place = "/dependencies/\(index)"
            if manifest.profile == .strict {
                report(
                    "dependency",
                    "a script has Python's standard library and the package airlock; for '\(name)' it needs "
                        + "profile = \"data\" in [tool.airlock]", at: place)
            } else if let requirement = PackageRequirement(text) {
                manifest.dependencies.append(requirement)
            } else {
                report(
                    "dependency",
                    "'\(name)' is not a package's name with versions, as in \"numpy>=1.26\": extras, markers and "
                        + "addresses are not understood, since nothing is installed for a run", at: place)
            }
        }
    }

    private mutating func readLimits(_ limits: JSONObject) {
        let base = Self.tool + "/limits"
        refuseUnknownKeys(in: limits, at: base, known: TemplateLimits.names)
        for (name, value) in limits where TemplateLimits.names.contains(name) {
            if let expected = manifest.limits.set(name, to: value) {
                report("value", "\(expected) was expected", at: JSONPointer.appending(name, to: base))
            }
        }
        if let wall = manifest.limits.wall, let total = manifest.limits.total, total < wall {
            report("value", "the total time is shorter than the script's own, 'wall'", at: base + "/total")
        }
    }

    private mutating func readResult(_ own: JSONObject) {
        switch own["result"] {
        case nil: break
        case .object, .bool(true): manifest.result = own["result"]
        default: report("type", "a JSON Schema (a table), or true, was expected", at: Self.tool + "/result")
        }
    }
}

extension ManifestReader {
    /// Whether there are more problems than are shown: further ones need not be put into words.
    var isFull: Bool { problems.count > AirlockError.maxProblems }

    mutating func report(_ code: String, _ message: String, at pointer: String, suggested: JSONValue? = nil) {
        if isFull { return }
        let place = place(of: pointer)
        problems.append(
            Problem(
                code, message, pointer: pointer, suggested: suggested, line: place?.line, column: place?.column))
    }

    func nearest(_ name: String, _ candidates: [String]) -> String {
        nearestName(to: name, in: candidates).map { "; the nearest is '\($0)'" }
            ?? "; known are \(candidates.joined(separator: ", "))"
    }

    mutating func refuseUnknownKeys(in object: JSONObject, at pointer: String, known: [String]) {
        for key in object.keys where !isFull && !known.contains(key) {
            report(
                "unknown_key", "there is no key '\(key)' here\(nearest(key, known))",
                at: JSONPointer.appending(key, to: pointer),
                suggested: nearestName(to: key, in: known).map(JSONValue.string))
        }
    }

    mutating func table(_ object: JSONObject, _ key: String, at pointer: String) -> JSONObject? {
        guard let value = object[key] else { return nil }
        if let table = value.objectValue { return table }
        report("type", "a table was expected", at: JSONPointer.appending(key, to: pointer))
        return nil
    }

    mutating func text(_ object: JSONObject, _ key: String, at pointer: String) -> String? {
        guard let value = object[key] else { return nil }
        if let text = value.stringValue { return text }
        report("type", "a string was expected", at: JSONPointer.appending(key, to: pointer))
        return nil
    }

    mutating func texts(_ object: JSONObject, _ key: String, at pointer: String) -> [String]? {
        guard let value = object[key] else { return nil }
        if let texts = value.arrayValue?.compactMap(\.stringValue), texts.count == value.arrayValue?.count {
            return texts
        }
        report("type", "an array of strings was expected", at: JSONPointer.appending(key, to: pointer))
        return nil
    }

    mutating func flag(_ object: JSONObject, _ key: String, at pointer: String) -> Bool? {
        guard let value = object[key] else { return nil }
        if let flag = value.boolValue { return flag }
        report("type", "true or false was expected", at: JSONPointer.appending(key, to: pointer))
        return nil
    }

    mutating func setVariables(_ variables: [VariableDeclaration]) { manifest.variables = variables }
    mutating func setAccess(_ access: TemplateAccess) { manifest.access = access }
}
