internal import AirlockCore
internal import JSONSchema

/// Values against a variable's JSON Schema, with the formats that name things in the data.
enum SchemaCheck {
    /// The schema itself is at fault.
    struct BrokenSchema: Error {
        /// Pointers lead into the schema.
        var problems: [Problem]
    }

    /// - Parameter kept: where the compiled schema is looked for and kept, unless there are names, which become part of it.
    static func check(
        _ value: JSONValue, against schema: JSONValue, names: [DataAwareFormat: [String]] = [:],
        kept: Kept<JSONSchema>? = nil
    ) -> Result<[Problem], BrokenSchema> {
        func compile() throws(AirlockError) -> JSONSchema { try JSONSchema(schema, options: options(names)) }
        do throws(AirlockError) {
            // Compiling takes longer than checking.
            let compiled = if names.isEmpty, let kept { try kept.value(compile) } else { try compile() }
            return .success(compiled.problems(in: value))
        } catch {
            return .failure(BrokenSchema(problems: problems(of: error)))
        }
    }

    /// What is wrong with a schema; nothing for a good one.
    static func problems(ofSchema schema: JSONValue) -> [Problem] {
        do throws(AirlockError) {
            _ = try JSONSchema(schema, options: options([:]))
            return []
        } catch {
            return problems(of: error)
        }
    }

    static func problems(of value: JSONValue, schema: JSONValue) -> [Problem] {
        (try? check(value, against: schema).get()) ?? []
    }

    /// The data-aware formats a schema uses anywhere.
    static func dataAwareFormats(in schema: JSONValue) -> Set<DataAwareFormat> {
        switch schema {
        case .object(let members):
            var formats: Set<DataAwareFormat> = []
            for (key, value) in members {
                switch key {
                case "format":
                    if let format = value.stringValue.flatMap(DataAwareFormat.init) { formats.insert(format) }
                case "enum", "const", "default", "examples": continue
                default: formats.formUnion(dataAwareFormats(in: value))
                }
            }
            return formats
        case .array(let elements): return elements.reduce(into: []) { $0.formUnion(dataAwareFormats(in: $1)) }
        default: return []
        }
    }

    private static func problems(of error: AirlockError) -> [Problem] {
        if !error.problems.isEmpty { return error.problems }
        var pointer = ""
        if case .pointer(let place) = error.location { pointer = place }
        return [Problem("schema", error.message, pointer: pointer)]
    }
}

extension SchemaCheck {
    private static func options(_ names: [DataAwareFormat: [String]]) -> JSONSchema.Options {
        var options = JSONSchema.Options()
        // A misspelt keyword would else be a rule that nobody follows.
        options.unknownKeywords = .refuse
        options.unknownFormats = .refuse
        for format in DataAwareFormat.allCases { options.formats[format.rawValue] = format.check(names[format]) }
        return options
    }
}

extension DataAwareFormat {
    /// The check of a text against the names that exist; everything passes when they are not known.
    fileprivate func check(_ names: [String]?) -> FormatRegistry.Check {
        guard let names else { return { _ in nil } }
        // As JSON values, because those are equal by code point, as names in a data source are.
        let known = Set(names.map(JSONValue.string))
        let article = self == .event ? "an" : "a"
        return { value in
            guard case .string(let name) = value, !known.contains(value) else { return nil }
            let nearest = nearestName(to: name, in: names)
            let hint = nearest.map { "; the nearest is '\($0)'" } ?? (names.isEmpty ? "; it has none" : "")
            return FormatFault(
                "must be the name of \(article) \(rawValue) in the data source\(hint)",
                // A long list helps nobody.
                allowed: names.count <= 50 ? .array(names.map(JSONValue.string)) : nil,
                suggested: nearest.map(JSONValue.string))
        }
    }
}
