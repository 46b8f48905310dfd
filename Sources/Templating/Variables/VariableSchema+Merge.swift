internal import AirlockCore

extension VariableSchema {
    /// Lays the sources over each other, weakest first: file, environment, `--set`, `--name`, typed values. Of a name
    /// given twice in one source the last counts. Defaults are not applied yet.
    public func merge(_ inputs: VariableInputs) -> MergedVariables {
        var merged = MergedVariables()
        if let file = inputs.file {
            for (name, value) in file.values { take(name, value, from: .file(file.name), into: &merged) }
        }
        mergeEnvironment(inputs.environment, into: &merged)
        for (name, text) in inputs.settings { take(name, text: text, from: .setting, into: &merged) }
        for (name, text) in inputs.flags { take(name, text: text, from: .flag(name), into: &merged) }
        for (name, value) in inputs.values { take(name, value, from: .request, into: &merged) }
        return merged
    }

    private func mergeEnvironment(_ environment: [String: String], into merged: inout MergedVariables) {
        guard !environment.isEmpty else { return }
        let prefix = VariableInputs.environmentPrefix
        for variable in variables {
            let key = prefix + variable.name.uppercased()
            guard let text = environment[key] else { continue }
            take(variable.name, text: text, from: .environment(key), into: &merged)
        }
        // The environment may hold variables of other templates, so an unknown name is an error only to the eye.
        let known = Set(variables.map { prefix + $0.name.uppercased() })
        for key in environment.keys.filter({ $0.hasPrefix(prefix) && !known.contains($0) }).sorted() {
            guard let nearest = nearestName(to: String(key.dropFirst(prefix.count)), in: variables.map(\.name)) else {
                continue
            }
            merged.notes.append(
                Problem(
                    "unknown_variable",
                    "\(key) is set but the template has no such variable; the nearest is '\(nearest)'",
                    suggested: .string(prefix + nearest.uppercased())))
        }
    }

    private func take(
        _ name: String, _ value: JSONValue, from origin: VariableOrigin, into merged: inout MergedVariables
    ) {
        guard let variable = self[name] else { return refuse(name, origin, &merged) }
        set(variable, value, origin, &merged)
    }

    private func take(
        _ name: String, text: String, from origin: VariableOrigin, into merged: inout MergedVariables
    ) {
        guard let variable = resolve(name) else { return refuse(name, origin, &merged) }
        switch TextValue.read(text, schema: variable.schema, isNullable: variable.isNullable) {
        case .success(let value): set(variable, value, origin, &merged)
        case .failure(let mismatch):
            let pointer = "/" + variable.name
            // A stronger source's fault counts, a weaker one's that it covers does not.
            merged.problems.removeAll { $0.pointer == pointer && $0.code == "type" }
            merged.values[variable.name] = nil
            merged.origins[variable.name] = origin
            merged.problems.append(
                Problem("type", mismatch.message + origin.suffix, pointer: pointer, allowed: variable.schema["type"]))
        }
    }

    /// Of unknown names a few say enough. What is wrong with a known one is kept in any case: it must not be run with
    /// its default instead.
    private func refuse(_ name: String, _ origin: VariableOrigin, _ merged: inout MergedVariables) {
        guard merged.problems.count <= AirlockError.maxProblems + VariableSchema.maxVariables else { return }
        merged.problems.append(unknown(name, from: origin))
    }

    private func set(
        _ variable: VariableDeclaration, _ value: JSONValue, _ origin: VariableOrigin, _ merged: inout MergedVariables
    ) {
        merged.problems.removeAll { $0.pointer == "/" + variable.name && $0.code == "type" }
        merged.values[variable.name] = value
        merged.origins[variable.name] = origin
    }
}
