public import AirlockCore
public import Broker
public import DriverKit
public import Templating

/// One run to be made.
public struct RunRequest: Sendable {
    public var template: Template
    public var variables: VariableInputs
    /// What the broker calls; used only if the script, or a variable of a data-aware format, asks for data.
    public var driver: any DataDriver
    /// Default: full. A host that forbids it makes the run fail, unless portable was asked for by name.
    public var isolation: IsolationReport.Level = .full
    /// The caller's own choice; `nil` takes the template's. For `box` both have to ask, but for an ad-hoc script.
    public var profile: SandboxProfile?
    /// The caller's own limits; they take precedence over the template's.
    public var limits = TemplateLimits()
    /// The caller's word for methods that change the source; the template's is needed too.
    public var allowWrites = false
    /// Makes `random` and string hashing repeatable.
    public var seed: Int?
    public var observer = BrokerObserver()

    public init(template: Template, variables: VariableInputs = VariableInputs(), driver: any DataDriver) {
        self.template = template
        self.variables = variables
        self.driver = driver
    }
}
