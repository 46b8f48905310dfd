internal import AirlockCore

extension ManifestReader {
    /// What a declaration may hold beyond JSON Schema.
    private static let ownKeys = ["secret", "required"] + OrderRule.Relation.allCases.map(\.rawValue)

    mutating func readVariables(_ table: JSONObject) {
        let base = Self.tool + "/variables"
        var declared: [VariableDeclaration] = []
        guard table.count <= VariableSchema.maxVariables else {
            return report(
                "variables", "a template declares at most \(VariableSchema.maxVariables) variables", at: base)
        }
        for (name, value) in table {
            let pointer = JSONPointer.appending(name, to: base)
            guard isName(name, at: pointer) else { continue }
            guard let object = value.objectValue else {
                report("type", "a variable is declared by a table such as { type = \"integer\" }", at: pointer)
                continue
            }
            declared.append(declaration(name, object, at: pointer))
        }
        checkOrderRules(declared, at: base)
        setVariables(declared)
    }

    private mutating func isName(_ name: String, at pointer: String) -> Bool {
        if VariableSchema.isName(name) { return true }
        var suggestion = String(decoding: name.lowercased().utf8.map { $0 == 0x2D ? 0x5F : $0 }, as: UTF8.self)
        if !VariableSchema.isName(suggestion) { suggestion = "" }
        report(
            "variable_name",
            "a variable's name is a lower-case letter, then letters, digits and underscores, 64 at most",
            at: pointer, suggested: suggestion.isEmpty ? nil : .string(suggestion))
        return false
    }

    private mutating func declaration(
        _ name: String, _ object: JSONObject, at pointer: String
    ) -> VariableDeclaration {
        var schema = JSONObject()
        // `required = ["a"]` is JSON Schema's keyword about members; `required = true` is about the variable.
        let isOwnRequired = object["required"]?.arrayValue == nil
        for (key, value) in object where !Self.ownKeys.contains(key) || key == "required" && !isOwnRequired {
            schema[key] = value
        }
        refuseUnknownKeys(in: schema, at: pointer, known: VariableSchema.keywords + Self.ownKeys)
        let isSecret = flag(object, "secret", at: pointer) ?? false
        let types = VariableDeclaration.types(of: .object(schema))
        let hasDefault = object["default"] != nil
        var isRequired = !hasDefault && !types.contains("null")
        if isOwnRequired, let stated = flag(object, "required", at: pointer) {
            if stated && hasDefault {
                report("default", "it has a default, so it cannot be required", at: pointer + "/required")
            }
            isRequired = stated && !hasDefault
        }
        if isSecret {
            if hasDefault {
                report("secret", "a secret has no default: this file is no secret", at: pointer + "/default")
            }
            if !types.isEmpty, types != ["string"] {
                report("secret", "a secret is a string", at: pointer + "/type")
            }
        }
        var rules: [OrderRule] = []
        for relation in OrderRule.Relation.allCases {
            guard let other = text(object, relation.rawValue, at: pointer) else { continue }
            rules.append(OrderRule(relation: relation, other: other))
        }
        return VariableDeclaration(
            name: name, schema: .object(schema), isSecret: isSecret, isRequired: isRequired, orderRules: rules)
    }

    private mutating func checkOrderRules(_ declared: [VariableDeclaration], at base: String) {
        for variable in declared {
            for rule in variable.orderRules where !isFull {
                let pointer = "\(base)/\(variable.name)/\(rule.relation.rawValue)"
                guard let other = declared.first(where: { $0.name == rule.other }), other.name != variable.name else {
                    let others = declared.map(\.name).filter { $0 != variable.name }
                    report(
                        "unknown_variable", "there is no other variable '\(rule.other)'\(nearest(rule.other, others))",
                        at: pointer, suggested: nearestName(to: rule.other, in: others).map(JSONValue.string))
                    continue
                }
                let (kind, otherKind) = (OrderKind(of: variable.schema), OrderKind(of: other.schema))
                if kind == nil || kind != otherKind {
                    report(
                        "order",
                        "'\(variable.name)' and '\(other.name)' are not of one kind that has an order: "
                            + "both numbers, or both strings of one format (date, date-time, time, or none)",
                        at: pointer)
                } else if variable.isSecret || other.isSecret {
                    report("order", "a secret cannot be compared", at: pointer)
                }
            }
        }
    }
}
