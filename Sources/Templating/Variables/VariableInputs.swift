public import AirlockCore

/// Everything the caller gave for a template's variables, read but not yet understood.
public struct VariableInputs: Sendable {
    /// The content of `--vars FILE`.
    public var file: VariableFile?
    /// The environment; only names that start with ``environmentPrefix`` are looked at.
    public var environment: [String: String] = [:]
    /// `--set name=value`, in the order given.
    public var settings: [(name: String, text: String)] = []
    /// `--name value`, in the order given, the name without its dashes.
    public var flags: [(name: String, text: String)] = []
    /// Values that come with their types, as from a JSON request; the strongest source.
    public var values: JSONObject = [:]

    public static let environmentPrefix = "AIRLOCK_VAR_"

    public init() {}

    public init(values: JSONObject) { self.values = values }
}

/// Where a variable's value came from.
public enum VariableOrigin: Sendable, Hashable, CustomStringConvertible {
    /// The template's default, or `null` for an optional variable without one.
    case template
    case file(String)
    case environment(String)
    /// `--set`.
    case setting
    /// `--name`.
    case flag(String)
    /// A value that came with its type.
    case request

    public var description: String {
        switch self {
        case .template: "the template's default"
        case .file(let name): name == "-" ? "standard input" : name
        case .environment(let name): "the environment variable \(name)"
        case .setting: "--set"
        case .flag(let name): "--\(name)"
        case .request: "the request"
        }
    }
}

/// The values of all sources laid over each other, the strongest on top.
public struct MergedVariables: Sendable {
    /// Only what was given; by the variables' names.
    public internal(set) var values: JSONObject = [:]
    public internal(set) var origins: [String: VariableOrigin] = [:]
    /// Unknown names, and texts that are no values of the variable's type.
    public internal(set) var problems: [Problem] = []
    /// What is worth saying but wrong by no rule.
    public internal(set) var notes: [Problem] = []
}
