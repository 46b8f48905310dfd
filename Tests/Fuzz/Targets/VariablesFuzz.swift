import AirlockCore

@testable import Templating

/// Variables: a manifest in TOML, then what is given for them, each after a zero byte: an object in JSON, or `name=value`.
/// What is found valid is valid as it stands, and has a literal; what is not is said without a secret's value.
enum VariablesFuzz: FuzzTarget {
    static let name = "variables"

    static func check(_ bytes: [UInt8]) throws(Complaint) {
        let parts = parts(of: bytes, atMost: 16)
        guard let toml = String(validating: parts[0], as: UTF8.self) else { return }
        let lines = LineIndex(Array(parts[0])).lineCount + 2
        let reader = ManifestReader(MetadataBlock(toml: toml, lines: 1...lines))
        try ErrorRules.check(reader.problems, lines: lines)
        guard reader.problems.isEmpty else { return }
        let schema = VariableSchema(reader.manifest.variables)
        // A schema is looked at when a value has to satisfy it, so a broken one may come up late.
        guard schema.variables.allSatisfy({ SchemaCheck.problems(ofSchema: $0.schema).isEmpty }) else { return }
        let inputs = inputs(parts.dropFirst())
        let merged = schema.merge(inputs)
        try ErrorRules.check(merged.notes, lines: 1)
        switch VariableValidation(schema, merged).finish() {
        case .brokenSchema(let problems): try ErrorRules.check(problems, lines: 1)
        case .invalid(let problems):
            try ErrorRules.check(problems, lines: 1)
            try checkSecrets(schema, merged, problems, toml)
        case .valid(let variables): try check(variables, schema)
        }
    }

    private static func inputs(_ parts: ArraySlice<ArraySlice<UInt8>>) -> VariableInputs {
        var inputs = VariableInputs()
        for part in parts {
            if part.first == UInt8(ascii: "{") {
                inputs.values = (try? JSONValue(json: Array(part), maxDepth: 128))?.objectValue ?? inputs.values
            } else if let equals = part.firstIndex(of: UInt8(ascii: "=")) {
                let name = String(decoding: part[..<equals], as: UTF8.self)
                let text = String(decoding: part[(equals + 1)...], as: UTF8.self)
                if name.hasPrefix(VariableInputs.environmentPrefix) {
                    inputs.environment[name] = text
                } else if name.hasPrefix("--") {
                    inputs.flags.append((String(name.dropFirst(2)), text))
                } else {
                    inputs.settings.append((name, text))
                }
            }
        }
        return inputs
    }

    private static func check(_ found: ValidatedVariables, _ schema: VariableSchema) throws(Complaint) {
        try ErrorRules.check(found.notes, lines: 1)
        for (name, value) in found.values {
            do throws(AirlockError) {
                _ = try PythonLiteral().encode(value)
            } catch {
                throw Complaint("'\(name)' is valid and has no literal: \(error)")
            }
        }
        var given = found.values
        for name in found.secrets.names { given[name] = found.secrets[name].map(JSONValue.string) }
        switch VariableValidation(schema, schema.merge(VariableInputs(values: given))).finish() {
        case .valid(let again):
            try hold(again.values == found.values, "valid values change when they are given again")
            try hold(again.digest == found.digest, "equal values of different digests")
        case .invalid(let problems), .brokenSchema(let problems):
            throw Complaint("valid values are not valid when they are given again: \(problems)")
        }
    }

    private static func checkSecrets(
        _ schema: VariableSchema, _ merged: MergedVariables, _ problems: [Problem], _ manifest: String
    ) throws(Complaint) {
        for variable in schema.variables where variable.isSecret {
            guard let secret = merged.values[variable.name]?.stringValue, secret.utf8.count >= 12,
                !manifest.contains(secret)
            else { continue }
            for problem in problems where problem.pointer.hasPrefix("/\(variable.name)") {
                try hold(!problem.jsonValue.json.contains(secret), "a secret's value in an error")
            }
        }
    }
}
