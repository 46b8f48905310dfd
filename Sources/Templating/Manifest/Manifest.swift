public import AirlockCore

/// What a template says about itself in the `[tool.airlock]` table of its metadata block.
public struct Manifest: Sendable, Hashable {
    public var title: String?
    public var description: String?
    public var tags: [String] = []
    /// The language of the script.
    public var runtime: ScriptRuntime = .python
    /// What the script needs to be allowed; `box` is in force only if the caller grants it too.
    public var profile = SandboxProfile.strict
    /// The packages that have to be installed for the interpreter.
    public var dependencies: [PackageRequirement] = []
    /// In the order of the file.
    public var variables: [VariableDeclaration] = []
    public var access = TemplateAccess()
    public var limits = TemplateLimits()
    /// A JSON Schema that what the script gives to `airlock.result` must satisfy; `nil` when none need be given.
    public var result: JSONValue?
    /// `requires-python`, which holds for the interpreter the script runs in.
    public var requiresPython: PythonVersionRange?

    /// A manifest that declares nothing: no variables, read access to everything, no limits of its own.
    public init() {}

    /// The declaration of the variable `name`.
    public func variable(_ name: String) -> VariableDeclaration? { variables.first { $0.name == name } }
}

/// The languages a script may be written in.
public enum ScriptRuntime: String, Sendable, Hashable, CaseIterable {
    case python
}
