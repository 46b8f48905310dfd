internal import AirlockCore

/// The steps of a validation: what names are wanted of the data source, then the verdict. No I/O happens here.
struct VariableValidation {
    enum Outcome {
        case valid(ValidatedVariables)
        case invalid([Problem])
        /// A variable's own schema cannot be used: the template is at fault, not the caller.
        case brokenSchema([Problem])
    }

    private let schema: VariableSchema
    private let merged: MergedVariables
    private var names: [DataAwareFormat: [String]] = [:]

    init(_ schema: VariableSchema, _ merged: MergedVariables) {
        self.schema = schema
        self.merged = merged
    }

    /// The formats that some value present is to be checked against.
    var wantedNames: [DataAwareFormat] {
        var wanted: Set<DataAwareFormat> = []
        for variable in schema.variables {
            let formats = variable.dataAwareFormats
            if !formats.isEmpty, value(of: variable) != nil { wanted.formUnion(formats) }
        }
        return DataAwareFormat.allCases.filter(wanted.contains)
    }

    mutating func provide(_ names: [String]?, for format: DataAwareFormat) { self.names[format] = names }

    /// What was given, else the default; `nil` when there is neither, or an optional variable was given as `null`.
    private func value(of variable: VariableDeclaration) -> JSONValue? {
        if let given = merged.values[variable.name] {
            let meansNothing = given.isNull && !variable.isNullable && !variable.isRequired
            if !meansNothing || variable.defaultValue != nil { return given }
            return nil
        }
        return variable.defaultValue
    }

    func finish() -> Outcome {
        var problems = merged.problems
        var schemaProblems: [Problem] = []
        var values = JSONObject()
        var secrets = SecretValues()
        var origins = merged.origins
        let broken = Set(problems.map(\.pointer))
        for variable in schema.variables where broken.isEmpty || !broken.contains("/" + variable.name) {
            guard let raw = value(of: variable) else {
                if variable.isRequired {
                    problems.append(missing(variable))
                } else if !variable.isSecret {
                    values[variable.name] = .null
                    origins[variable.name] = .template
                }
                continue
            }
            if origins[variable.name] == nil { origins[variable.name] = .template }
            let value = WholeNumbers.normalised(raw, variable.schema)
            switch SchemaCheck.check(value, against: variable.schema, names: names, kept: variable.compiledSchema) {
            case .failure(let broken):
                let base = JSONPointer.appending(variable.name, to: ManifestReader.tool + "/variables")
                schemaProblems += broken.problems.map { problem in
                    var problem = problem
                    problem.pointer = base + problem.pointer
                    return problem
                }
            case .success(let found):
                let unfit = found.isEmpty ? unrepresentable(value, at: "") : []
                problems += (found + unfit).map { located($0, variable, origins[variable.name]) }
            }
            if !variable.isSecret {
                values[variable.name] = value
            } else if let text = value.stringValue {
                secrets[variable.name] = text
            } else if !value.isNull {
                problems.append(Problem("type", "a secret is a string", pointer: "/" + variable.name))
            }
        }
        problems += orderProblems(values, faulty: Set(problems.map(\.pointer)))
        guard schemaProblems.isEmpty else { return .brokenSchema(schemaProblems) }
        guard problems.isEmpty else { return .invalid(inOrder(problems).bounded) }
        return .valid(
            ValidatedVariables(values: values, secrets: secrets, origins: origins, notes: merged.notes + unchecked))
    }

    private func missing(_ variable: VariableDeclaration) -> Problem {
        let example = variable.schema["examples"]?.arrayValue?.first
        return Problem(
            "missing_variable", "a value must be given (\(variable.typeText))", pointer: "/" + variable.name,
            allowed: variable.schema["type"], suggested: variable.isSecret ? nil : example)
    }

    private func located(_ problem: Problem, _ variable: VariableDeclaration, _ origin: VariableOrigin?) -> Problem {
        var problem = problem
        problem.pointer = "/" + variable.name + problem.pointer
        problem.message += origin?.suffix ?? ""
        // A schema's own words might repeat the value.
        if variable.isSecret { (problem.suggested, problem.allowed) = (nil, nil) }
        return problem
    }

    /// Values no script could hold: decimals beyond a double, and containers too deep to write down.
    private func unrepresentable(_ value: JSONValue, at pointer: String, depth: Int = 0) -> [Problem] {
        switch value {
        case .number(let number):
            guard !number.isWrittenAsInteger, number.double == nil else { return [] }
            return [Problem("number", "the number is beyond the range of a double, about 1.8e308", pointer: pointer)]
        case .array(let elements):
            guard depth < PythonLiteral.maxDepth else { return [tooDeep(pointer)] }
            return elements.enumerated().flatMap { unrepresentable($1, at: "\(pointer)/\($0)", depth: depth + 1) }
        case .object(let members):
            guard depth < PythonLiteral.maxDepth else { return [tooDeep(pointer)] }
            return members.flatMap {
                unrepresentable($0.value, at: JSONPointer.appending($0.key, to: pointer), depth: depth + 1)
            }
        default: return []
        }
    }

    private func tooDeep(_ pointer: String) -> Problem {
        Problem("depth", "more than \(PythonLiteral.maxDepth) containers inside each other", pointer: pointer)
    }

    private func orderProblems(_ values: JSONObject, faulty: Set<String>) -> [Problem] {
        var problems: [Problem] = []
        for variable in schema.variables where !variable.orderRules.isEmpty && !faulty.contains("/" + variable.name) {
            for rule in variable.orderRules where !faulty.contains("/" + rule.other) {
                guard let kind = OrderKind(of: variable.schema), let own = values[variable.name],
                    let other = values[rule.other], let left = OrderKey(own, kind), let right = OrderKey(other, kind),
                    !rule.relation.holds(left, right)
                else { continue }
                problems.append(
                    Problem(
                        rule.relation.rawValue, "\(rule.relation.phrase) '\(rule.other)'",
                        pointer: "/" + variable.name))
            }
        }
        return problems
    }

    /// Problems in the order of the variables; those of unknown ones first.
    private func inOrder(_ problems: [Problem]) -> [Problem] {
        let ranks = Dictionary(schema.variables.enumerated().map { ($1.name, $0) }) { first, _ in first }
        func rank(_ problem: Problem) -> Int {
            JSONPointer.tokens(of: problem.pointer).first.flatMap { ranks[$0] } ?? -1
        }
        return problems.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
    }

    private var unchecked: [Problem] {
        wantedNames.filter { names[$0] == nil }.map {
            Problem(
                "unchecked", "names of format '\($0.rawValue)' were not checked: the data source does not list them")
        }
    }
}
