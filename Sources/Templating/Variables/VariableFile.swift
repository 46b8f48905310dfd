public import AirlockCore

/// A file of variables: an object in JSON, YAML or TOML.
public struct VariableFile: Sendable {
    /// As the user named it; `-` for standard input.
    public let name: String
    public let values: JSONObject

    /// Larger files are refused; they hold no variables.
    public static let maxBytes = 1 << 20

    /// Reads the content of a file. The name's extension says what it is: `.json`, `.yaml`, `.yml` or `.toml`;
    /// standard input, `-`, is JSON when it starts with `{`, else YAML.
    ///
    /// - Throws: `invalid_variables` with line and column where the content is broken, is not an object, or is too
    ///   large; `invalid_argument` for another extension.
    public init(name: String, bytes: [UInt8]) throws(AirlockError) {
        func broken(_ message: String, _ line: Int? = nil, _ column: Int? = nil) -> AirlockError {
            AirlockError(.invalidVariables, message, at: .file(name, line: line, column: column))
        }
        guard bytes.count <= Self.maxBytes else {
            throw broken("the variables take more than \(ByteCount(Self.maxBytes))")
        }
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard let text = String(validating: content, as: UTF8.self) else { throw broken("the text is not UTF-8") }
        let value: JSONValue
        switch try Self.language(name, content) {
        case .json:
            do throws(JSONSyntaxError) {
                value = try JSONValue(json: content)
            } catch {
                throw broken("not JSON: \(error.reason)", error.line, error.column)
            }
        case .toml:
            let document = TOMLDocument(text)
            if let problem = document.problems.first { throw broken(problem.message, problem.line, problem.column) }
            value = .object(document.root)
        case .yaml:
            do throws(YAMLDocument.Failure) {
                value = try YAMLDocument.read(text)
            } catch {
                throw broken("not YAML that variables can be read from: \(error.reason)", error.line, error.column)
            }
        }
        guard let object = value.objectValue else {
            throw broken("an object of variables was expected, not a value of type \(value.typeName)")
        }
        self.name = name
        values = object
    }

    private enum Language {
        case json, yaml, toml
    }

    private static func language(_ name: String, _ content: [UInt8]) throws(AirlockError) -> Language {
        if name == "-" {
            let first = content.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
            return first == 0x7B ? .json : .yaml
        }
        let lowered = name.lowercased()
        if lowered.hasSuffix(".json") { return .json }
        if lowered.hasSuffix(".yaml") || lowered.hasSuffix(".yml") { return .yaml }
        if lowered.hasSuffix(".toml") { return .toml }
        throw AirlockError(
            .invalidArgument, "the name of a file of variables ends in .json, .yaml, .yml or .toml", at: .file(name),
            hint: "Use - to read JSON or YAML from standard input.")
    }
}
