public import AirlockCore

/// A compiled JSON Schema, draft 2020-12.
///
/// Supported: the core, applicator, validation and unevaluated vocabularies without `$dynamicRef`; references to
/// places within the schema and to the 2020-12 meta-schema; `format` as an assertion. Annotations are ignored.
/// Patterns run in linear time (see `LinearRegex`), and what a check may cost is bounded: see ``Options/maxSteps``.
public struct JSONSchema: Sendable {
    public struct Options: Sendable {
        public enum Unknown: Sendable, Hashable {
            case ignore
            /// A fault of the schema, naming the nearest known name.
            case refuse
        }

        /// What to do about keywords that are not known; default `.ignore`, as the specification wants it.
        public var unknownKeywords: Unknown = .ignore
        /// Keywords that are known to the caller, for `unknownKeywords == .refuse`.
        public var extraKeywords: Set<String> = []
        /// Whether `format` is checked or only says what a value means; default `true`.
        public var assertsFormats = true
        /// Formats beyond, or instead of, the built-in ones.
        public var formats = FormatRegistry()
        /// What to do about format names that are neither built in nor registered; default `.ignore`.
        public var unknownFormats: Unknown = .ignore
        /// The steps one check may take, some tens of nanoseconds each; default 20 million. A schema can be written so
        /// that it takes exponentially many (by references that double at each level); such a check ends with the
        /// problem `too_costly`.
        public var maxSteps = 20_000_000

        public init() {}
    }

    let nodes: [SchemaNode]
    let root: Int
    let maxSteps: Int

    /// Compiles a schema.
    ///
    /// - Throws: `invalid_template` with all faults of the schema as problems, their pointers leading into it.
    public init(_ schema: JSONValue, options: Options = Options()) throws(AirlockError) {
        var compiler = SchemaCompiler(options: options)
        let root = compiler.compile(schema)
        guard compiler.problems.isEmpty else {
            throw AirlockError(
                .invalidTemplate, "the schema is not valid: \(counted(compiler.problems.count, "fault"))",
                problems: compiler.problems)
        }
        nodes = compiler.nodes
        self.root = root
        maxSteps = options.maxSteps
    }

    /// Everything that is wrong with a value, at once.
    ///
    /// A problem's code is the keyword that was not met (`false_schema` for the schema `false`), its pointer leads to
    /// the value at fault, `allowed` is what the keyword says. `suggested`, where there is one, would be valid in that
    /// place; for a misnamed member it is the name that was probably meant.
    ///
    /// - Returns: no problem when the value is valid.
    public func problems(in value: JSONValue) -> [Problem] {
        var evaluator = Evaluator(schema: self, collects: true)
        return evaluator.run(value) ? [] : evaluator.result
    }

    /// Whether a value has no problem; `false` too when finding out takes more than ``Options/maxSteps``.
    public func isValid(_ value: JSONValue) -> Bool {
        var evaluator = Evaluator(schema: self, collects: false)
        return evaluator.run(value)
    }
}
