public import AirlockCore

extension Template {
    /// Validates what was given for the variables and applies the defaults.
    ///
    /// - Parameter names: where the data-aware formats find the names that exist; without it they are not checked.
    /// - Throws: `invalid_variables` with every problem at once, each with code, JSON pointer, what was allowed and
    ///   where possible a suggestion; `invalid_template` where a variable's own schema is broken. No message holds a
    ///   value.
    public func validate(
        _ inputs: VariableInputs, names: (any DataNameSource)? = nil
    ) async throws(AirlockError) -> ValidatedVariables {
        var validation = VariableValidation(variables, variables.merge(inputs))
        if let names {
            for format in validation.wantedNames { validation.provide(await names.names(for: format), for: format) }
        }
        return try validated(validation.finish())
    }

    /// The same without looking at the data: names of data-aware formats are taken as they are.
    public func validateOffline(_ inputs: VariableInputs) throws(AirlockError) -> ValidatedVariables {
        let validation = VariableValidation(variables, variables.merge(inputs))
        return try validated(validation.finish())
    }

    private func validated(_ outcome: VariableValidation.Outcome) throws(AirlockError) -> ValidatedVariables {
        switch outcome {
        case .valid(let variables): return variables
        case .brokenSchema(let problems):
            // The check finds the same and knows the lines.
            let located = check().problems
            throw Self.invalid(name, path, located.isEmpty ? problems : located)
        case .invalid(let problems):
            let (subject, object) = problems.count == 1 ? ("a variable is", "it") : ("variables are", "them")
            throw AirlockError(
                .invalidVariables, "\(subject) not as the template '\(name)' needs \(object)",
                hint: isAdHoc
                    ? "The block at the script's top declares its variables."
                    : "'airlock run \(path ?? name) --help' shows its variables.", problems: problems)
        }
    }
}
