public import AirlockCore

/// A script with its values in place.
public struct RenderedScript: Sendable, Hashable {
    /// Line by line what the template has: a line of the script is the same line of the template.
    public let text: String
    public let lineCount: Int
}

/// A script whose placeholders have all been found right.
struct ScriptOutline: Sendable {
    var bytes: [UInt8]
    var lineCount: Int
    var placeholders: [Placeholder]
}

extension Template {
    /// Puts the values where the placeholders stand, as literals of the script's language. The metadata block stays.
    ///
    /// - Throws: `invalid_template` with all misplaced and unknown placeholders; `invalid_variables` for a value that
    ///   the language has no literal for.
    public func render(_ variables: ValidatedVariables) throws(AirlockError) -> RenderedScript {
        try render(variables.values)
    }

    /// The same with values by name, as for a preview; a variable that has none is `None`.
    public func render(_ values: JSONObject) throws(AirlockError) -> RenderedScript {
        let outline = try outline.value { () throws(AirlockError) in try makeOutline() }
        guard hasManifest else { return RenderedScript(text: source, lineCount: outline.lineCount) }
        let bytes = outline.bytes
        var rendered: [UInt8] = []
        rendered.reserveCapacity(bytes.count + 64 * outline.placeholders.count)
        var literals: [String: String] = [:]
        var copied = 0
        for placeholder in outline.placeholders {
            let literal: String
            if let known = literals[placeholder.name] {
                literal = known
            } else {
                literal = try self.literal(placeholder.name, values[placeholder.name] ?? .null)
                literals[placeholder.name] = literal
            }
            rendered += bytes[copied..<placeholder.range.lowerBound]
            // `return{{ x }}` is right as it stands, but `returnTrue` would not be.
            if let last = rendered.last, isNameByte(last) { rendered.append(0x20) }
            rendered += literal.utf8
            copied = placeholder.range.upperBound
            if copied < bytes.count, isNameByte(bytes[copied]) { rendered.append(0x20) }
        }
        rendered += bytes[copied...]
        return RenderedScript(text: String(decoding: rendered, as: UTF8.self), lineCount: outline.lineCount)
    }

    /// Where the values go, which every run of the template needs.
    private func makeOutline() throws(AirlockError) -> ScriptOutline {
        let bytes = Array(source.utf8)
        let lineCount = LineIndex(bytes).lineCount
        guard hasManifest else { return ScriptOutline(bytes: [], lineCount: lineCount, placeholders: []) }
        let scan = manifest.runtime.placeholders(in: bytes)
        let problems = PlaceholderCheck.problems(scan, manifest.variables)
        guard problems.isEmpty else { throw Self.invalid(name, path, problems) }
        return ScriptOutline(bytes: bytes, lineCount: lineCount, placeholders: scan.placeholders)
    }

    private func literal(_ name: String, _ value: JSONValue) throws(AirlockError) -> String {
        do throws(AirlockError) {
            return try manifest.runtime.literals.encode(value)
        } catch {
            var error = error
            error.location = .pointer("/" + name)
            throw error
        }
    }
}

/// What is wrong with the placeholders of a script, seen against its variables.
enum PlaceholderCheck {
    static func problems(_ scan: PlaceholderScan, _ variables: [VariableDeclaration]) -> [Problem] {
        var problems = scan.problems
        let names = variables.map(\.name)
        let declared = Dictionary(variables.map { ($0.name, $0) }) { first, _ in first }
        for placeholder in scan.placeholders where problems.count <= AirlockError.maxProblems {
            let (name, place) = (placeholder.name, placeholder.position)
            guard let variable = declared[name] else {
                let nearest = nearestName(to: name, in: names)
                let hint =
                    nearest.map { "; the nearest is '\($0)'" }
                    ?? (names.isEmpty ? "; it declares none" : "; it declares \(names.joined(separator: ", "))")
                problems.append(
                    Problem(
                        "unknown_variable", "the template declares no variable '\(name)'\(hint)",
                        suggested: nearest.map(JSONValue.string), line: place.line, column: place.column))
                continue
            }
            if variable.isSecret {
                problems.append(
                    Problem(
                        "secret", "'\(name)' is a secret: it stays with the broker and never enters the script",
                        line: place.line, column: place.column))
            }
        }
        return problems.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }.bounded
    }
}
