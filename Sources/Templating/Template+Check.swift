public import AirlockCore

/// What a check of a template found.
public struct TemplateReport: Sendable, Hashable {
    /// What keeps the template from running.
    public var problems: [Problem] = []
    /// What does not, but is probably not meant so.
    public var notes: [Problem] = []

    public var isValid: Bool { problems.isEmpty }
}

extension Template {
    /// Looks into all of the template: the variables' schemas and defaults, the placeholders, the declared result.
    public func check() -> TemplateReport {
        Self.check(bytes: Array(source.utf8), needsManifest: hasManifest)
    }

    /// Checks a text that may not even be a template, and says all that is wrong with it at once.
    ///
    /// - Parameter needsManifest: whether a text without a metadata block is at fault.
    public static func check(bytes: [UInt8], needsManifest: Bool = true) -> TemplateReport {
        let reading = TemplateReading(bytes, needsManifest: needsManifest)
        var report = TemplateReport(problems: reading.problems.bounded)
        guard let reader = reading.reader else { return report }
        // The reader has already named unknown keywords of the uppermost level.
        let known = Set(reading.problems.map(\.pointer))
        for variable in reading.manifest.variables where report.problems.count <= AirlockError.maxProblems {
            report.problems += schemaProblems(variable, reader).filter { !known.contains($0.pointer) }
        }
        if let result = reading.manifest.result {
            report.problems += SchemaCheck.problems(ofSchema: result).map {
                located($0, under: ManifestReader.tool + "/result", reader)
            }
        }
        let scan = reading.manifest.runtime.placeholders(in: Array(reading.source.utf8))
        // Of a manifest with faults not all variables are known, so no placeholder can be called unknown.
        report.problems +=
            reader.problems.isEmpty
            ? PlaceholderCheck.problems(scan, reading.manifest.variables) : scan.problems
        report.notes = unused(reading.manifest.variables, scan, reader).bounded
        report.problems.sort { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
        report.problems = report.problems.bounded
        return report
    }

    private static func schemaProblems(_ variable: VariableDeclaration, _ reader: ManifestReader) -> [Problem] {
        let base = JSONPointer.appending(variable.name, to: ManifestReader.tool + "/variables")
        let faults = SchemaCheck.problems(ofSchema: variable.schema)
        guard faults.isEmpty else { return faults.map { located($0, under: base, reader) } }
        guard let value = variable.defaultValue else { return [] }
        return SchemaCheck.problems(of: value, schema: variable.schema).map { problem in
            var problem = located(problem, under: base + "/default", reader)
            problem.message = "the default does not satisfy its own schema: \(problem.message)"
            problem.code = "default"
            return problem
        }
    }

    private static func located(_ problem: Problem, under base: String, _ reader: ManifestReader) -> Problem {
        var problem = problem
        problem.pointer = base + problem.pointer
        let place = reader.place(of: problem.pointer)
        (problem.line, problem.column) = (place?.line, place?.column)
        return problem
    }

    /// Variables the script seems to make no use of, neither by placeholder nor by name.
    private static func unused(
        _ variables: [VariableDeclaration], _ scan: PlaceholderScan, _ reader: ManifestReader
    ) -> [Problem] {
        let placed = Set(scan.placeholders.map(\.name))
        return variables.compactMap { variable in
            guard !variable.isSecret, !placed.contains(variable.name), !scan.words.contains(variable.name) else {
                return nil
            }
            let pointer = JSONPointer.appending(variable.name, to: ManifestReader.tool + "/variables")
            let place = reader.place(of: pointer)
            return Problem(
                "unused_variable", "the script does not use '\(variable.name)'", pointer: pointer, line: place?.line,
                column: place?.column)
        }
    }
}
