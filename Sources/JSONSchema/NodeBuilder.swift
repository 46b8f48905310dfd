internal import AirlockCore
internal import LinearRegex

/// Reads the keywords of one schema object.
struct NodeBuilder {
    let location: Location
    let members: JSONObject
    let base: String
    private(set) var keywords: [Keyword] = []
    private(set) var asksForEvaluated = false
    /// The nodes that are applied to the same value.
    private(set) var inPlace: [Int] = []

    init(location: Location, members: JSONObject, base: String) {
        self.location = location
        self.members = members
        self.base = base
    }

    mutating func build(_ compiler: inout SchemaCompiler) {
        buildCore(&compiler)
        buildValues(&compiler)
        buildNumbers(&compiler)
        buildStrings(&compiler)
        buildArrays(&compiler)
        buildObjects(&compiler)
        buildApplicators(&compiler)
        // Last: they ask what the others have looked at.
        buildUnevaluated(&compiler)
        checkNames(&compiler)
    }

    // MARK: Reading one keyword

    /// A keyword's value in the shape that `read` wants; a fault when it has another.
    private func value<Value>(
        _ keyword: String, _ expected: String, _ compiler: inout SchemaCompiler, _ read: (JSONValue) -> Value?
    ) -> Value? {
        guard let raw = members[keyword] else { return nil }
        if let value = read(raw) { return value }
        compiler.fault("invalid_keyword", "must be \(expected)", at: location, keyword)
        return nil
    }

    private func string(_ keyword: String, _ compiler: inout SchemaCompiler) -> String? {
        value(keyword, "a string", &compiler, \.stringValue)
    }

    private func number(_ keyword: String, _ compiler: inout SchemaCompiler) -> JSONNumber? {
        value(keyword, "a number", &compiler, \.numberValue)
    }

    /// A count too large for an integer is as good as the largest integer.
    private func count(_ keyword: String, _ compiler: inout SchemaCompiler) -> Int? {
        value(keyword, "a whole number, 0 or more", &compiler) { raw in
            guard let number = raw.numberValue, number.isInteger, number >= JSONNumber(0) else { return nil }
            return number.int ?? .max
        }
    }

    private static func names(_ raw: JSONValue) -> [String]? {
        guard let elements = raw.arrayValue else { return nil }
        let names = elements.compactMap(\.stringValue)
        return names.count == elements.count && Set(elements).count == names.count ? names : nil
    }

    // MARK: Reading subschemas

    private func schema(_ keyword: String, _ compiler: inout SchemaCompiler) -> Int? {
        members[keyword] == nil ? nil : compiler.node(at: location.appending(keyword))
    }

    private func schemas(_ keyword: String, _ compiler: inout SchemaCompiler) -> [Int]? {
        let count = value(keyword, "an array of at least one schema", &compiler) { raw in
            raw.arrayValue.flatMap { $0.isEmpty ? nil : $0.count }
        }
        guard let count else { return nil }
        return (0..<count).map { compiler.node(at: location.appending(keyword, String($0))) }
    }

    private func schemaMap(_ keyword: String, _ compiler: inout SchemaCompiler) -> [(name: String, node: Int)]? {
        value(keyword, "an object of schemas", &compiler, \.objectValue)?.keys.map { name in
            (name, compiler.node(at: location.appending(keyword, name)))
        }
    }

    // MARK: Keywords

    private mutating func buildCore(_ compiler: inout SchemaCompiler) {
        for keyword in ["$id", "$anchor", "$dynamicAnchor", "$comment"] { _ = string(keyword, &compiler) }
        if let dialect = string("$schema", &compiler), dialect.hasPrefix("http"),
            dialect.contains("json-schema.org/"), !dialect.contains("/2020-12/")
        {
            compiler.fault(
                "unsupported_schema", "must be draft 2020-12, the one that is supported", at: location, "$schema",
                suggested: .string(MetaSchema.uri))
        }
        for keyword in ["$defs", "definitions"] { _ = schemaMap(keyword, &compiler) }
        if members["$dynamicRef"] != nil {
            compiler.fault("unsupported_keyword", "$dynamicRef is not supported; use $ref", at: location, "$dynamicRef")
        }
        guard let reference = string("$ref", &compiler) else { return }
        switch compiler.index.resolve(reference, base: base) {
        case .found(let target):
            let node = compiler.node(at: target)
            inPlace.append(node)
            keywords.append(.reference(node))
        case .failed(let reason): compiler.fault("unresolved_reference", reason, at: location, "$ref")
        }
    }

    private mutating func buildValues(_ compiler: inout SchemaCompiler) {
        if let raw = members["type"] { buildType(raw, &compiler) }
        if let raw = members["const"] { keywords.append(.const(raw, weight: raw.weight)) }
        if let values = value("enum", "an array", &compiler, \.arrayValue) {
            let lookup = values.count > 8 ? Set(values) : nil
            let weight = JSONValue.array(values).weight
            keywords.append(.enumeration(Enumeration(values: values, lookup: lookup, weight: weight)))
        }
    }

    private mutating func buildType(_ raw: JSONValue, _ compiler: inout SchemaCompiler) {
        let elements = raw.arrayValue ?? [raw]
        var types: TypeSet = []
        for element in elements {
            guard let name = element.stringValue else {
                return compiler.fault(
                    "invalid_keyword", "must be a type's name or an array of them", at: location, "type")
            }
            guard let type = TypeSet(name: name) else {
                let nearest = nearestName(to: name, in: TypeSet.names)
                let hint = nearest.map { "; did you mean '\($0)'" } ?? ""
                return compiler.fault(
                    "invalid_keyword", "\(quoted(name)) is not a type\(hint)", at: location, "type",
                    suggested: nearest.map(JSONValue.string), allowed: .array(TypeSet.names.map(JSONValue.string)))
            }
            types.insert(type)
        }
        if elements.isEmpty || Set(elements).count < elements.count {
            return compiler.fault(
                "invalid_keyword", "must name at least one type, and none twice", at: location, "type")
        }
        keywords.append(.type(types, raw: raw))
    }

    private mutating func buildNumbers(_ compiler: inout SchemaCompiler) {
        if let limit = number("minimum", &compiler) { keywords.append(.minimum(limit)) }
        if let limit = number("maximum", &compiler) { keywords.append(.maximum(limit)) }
        if let limit = number("exclusiveMinimum", &compiler) { keywords.append(.exclusiveMinimum(limit)) }
        if let limit = number("exclusiveMaximum", &compiler) { keywords.append(.exclusiveMaximum(limit)) }
        let step = value("multipleOf", "a number above 0", &compiler) { raw in
            raw.numberValue.flatMap { $0 > JSONNumber(0) ? $0 : nil }
        }
        if let step { keywords.append(.multipleOf(step)) }
    }

    private mutating func buildStrings(_ compiler: inout SchemaCompiler) {
        if let limit = count("minLength", &compiler) { keywords.append(.minLength(limit)) }
        if let limit = count("maxLength", &compiler) { keywords.append(.maxLength(limit)) }
        if let text = string("pattern", &compiler),
            let regex = regex(text, at: location.appending("pattern"), &compiler)
        {
            keywords.append(.pattern(regex))
        }
        if let name = string("format", &compiler) { buildFormat(name, &compiler) }
    }

    private func regex(_ text: String, at place: Location, _ compiler: inout SchemaCompiler) -> LinearRegex? {
        do throws(PatternError) {
            let regex = try LinearRegex(text, dialect: .ecmaScript)
            if compiler.takeUp(regex) { return regex }
            compiler.fault("invalid_pattern", "the patterns of this schema are too large together", at: place)
            return nil
        } catch {
            let code = error.kind == .unsupported ? "unsupported_pattern" : "invalid_pattern"
            compiler.fault(code, String(describing: error), at: place)
            return nil
        }
    }

    private mutating func buildFormat(_ name: String, _ compiler: inout SchemaCompiler) {
        guard compiler.options.assertsFormats else { return }
        if let check = compiler.options.formats[name] {
            keywords.append(.format(name, .registered(check)))
        } else if let check = BuiltInFormats.check(named: name) {
            keywords.append(.format(name, check))
        } else if compiler.options.unknownFormats == .refuse {
            let known = BuiltInFormats.names + compiler.options.formats.names
            let nearest = nearestName(to: name, in: known)
            compiler.fault(
                "unknown_format",
                "\(quoted(name)) is not a known format" + (nearest.map { "; did you mean '\($0)'" } ?? ""),
                at: location, "format", suggested: nearest.map(JSONValue.string),
                allowed: .array(known.map(JSONValue.string)))
        }
    }

    private mutating func buildArrays(_ compiler: inout SchemaCompiler) {
        let prefix = schemas("prefixItems", &compiler) ?? []
        let rest = schema("items", &compiler)
        if !prefix.isEmpty || rest != nil { keywords.append(.items(prefix: prefix, rest: rest)) }
        if let limit = count("minItems", &compiler) { keywords.append(.minItems(limit)) }
        if let limit = count("maxItems", &compiler) { keywords.append(.maxItems(limit)) }
        if value("uniqueItems", "true or false", &compiler, \.boolValue) == true { keywords.append(.uniqueItems) }
        let (minimum, maximum) = (count("minContains", &compiler), count("maxContains", &compiler))
        if let node = schema("contains", &compiler) {
            keywords.append(.contains(node, minimum: minimum ?? 1, maximum: maximum))
        }
    }

    private mutating func buildObjects(_ compiler: inout SchemaCompiler) {
        let properties = schemaMap("properties", &compiler)
        let patterns = (schemaMap("patternProperties", &compiler) ?? []).compactMap { name, node in
            regex(name, at: location.appending("patternProperties", name), &compiler).map { ($0, node) }
        }
        let additional = schema("additionalProperties", &compiler)
        if properties != nil || !patterns.isEmpty || additional != nil {
            let pairs = (properties ?? []).map { (JSONValue.string($0.name), $0.node) }
            keywords.append(
                .members(
                    Members(
                        properties: Dictionary(pairs) { first, _ in first }, names: (properties ?? []).map(\.name),
                        patterns: patterns, additional: additional)))
        }
        if let names = value("required", "an array of different strings", &compiler, NodeBuilder.names), !names.isEmpty
        {
            keywords.append(.required(names))
        }
        if let node = schema("propertyNames", &compiler) { keywords.append(.propertyNames(node)) }
        if let limit = count("minProperties", &compiler) { keywords.append(.minProperties(limit)) }
        if let limit = count("maxProperties", &compiler) { keywords.append(.maxProperties(limit)) }
        buildDependent(&compiler)
    }

    private mutating func buildDependent(_ compiler: inout SchemaCompiler) {
        let required = value(
            "dependentRequired", "an object whose members are arrays of different strings", &compiler
        ) { raw -> [(name: String, required: [String])]? in
            guard let object = raw.objectValue else { return nil }
            let pairs = object.compactMap { name, value in NodeBuilder.names(value).map { (name, $0) } }
            return pairs.count == object.count ? pairs : nil
        }
        if let required { keywords.append(.dependentRequired(required)) }
        if let schemas = schemaMap("dependentSchemas", &compiler) {
            inPlace += schemas.map(\.node)
            keywords.append(.dependentSchemas(schemas))
        }
    }

    private mutating func buildApplicators(_ compiler: inout SchemaCompiler) {
        if let nodes = schemas("allOf", &compiler) {
            inPlace += nodes
            keywords.append(.allOf(nodes))
        }
        if let nodes = schemas("anyOf", &compiler) {
            inPlace += nodes
            keywords.append(.anyOf(nodes, raw: members["anyOf"] ?? []))
        }
        if let nodes = schemas("oneOf", &compiler) {
            inPlace += nodes
            keywords.append(.oneOf(nodes, raw: members["oneOf"] ?? []))
        }
        if let node = schema("not", &compiler) {
            inPlace.append(node)
            keywords.append(.not(node, raw: members["not"] ?? true))
        }
        let (then, otherwise) = (schema("then", &compiler), schema("else", &compiler))
        if let condition = schema("if", &compiler) {
            inPlace += [condition, then, otherwise].compactMap(\.self)
            keywords.append(.conditional(condition: condition, then: then, otherwise: otherwise))
        }
    }

    private mutating func buildUnevaluated(_ compiler: inout SchemaCompiler) {
        if let node = schema("unevaluatedItems", &compiler) { keywords.append(.unevaluatedItems(node)) }
        if let node = schema("unevaluatedProperties", &compiler) { keywords.append(.unevaluatedProperties(node)) }
        asksForEvaluated = members["unevaluatedItems"] != nil || members["unevaluatedProperties"] != nil
    }

    // MARK: Names

    /// Keywords that say nothing about validity.
    private static let annotations: Set<String> = [
        "$schema", "$id", "$anchor", "$comment", "$defs", "definitions", "$dynamicAnchor", "$vocabulary", "title",
        "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "contentEncoding",
        "contentMediaType", "contentSchema",
    ]
    private static let assertions: Set<String> = [
        "$ref", "$dynamicRef", "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
        "multipleOf", "minLength", "maxLength", "pattern", "format", "items", "prefixItems", "minItems", "maxItems",
        "uniqueItems", "contains", "minContains", "maxContains", "properties", "patternProperties",
        "additionalProperties", "required", "propertyNames", "minProperties", "maxProperties", "dependentRequired",
        "dependentSchemas", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "unevaluatedItems",
        "unevaluatedProperties",
    ]

    private func checkNames(_ compiler: inout SchemaCompiler) {
        guard compiler.options.unknownKeywords == .refuse, location.document == 0 else { return }
        let known = NodeBuilder.annotations.union(NodeBuilder.assertions).union(compiler.options.extraKeywords)
        for (name, _) in members where !known.contains(name) && !compiler.isFull {
            let nearest = nearestName(to: name, in: known)
            compiler.fault(
                "unknown_keyword", "is not a known keyword" + (nearest.map { "; did you mean '\($0)'" } ?? ""),
                at: location,
                name, suggested: nearest.map(JSONValue.string))
        }
    }
}
