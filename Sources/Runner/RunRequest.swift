public import AirlockCore
public import Broker
public import DriverKit
public import Logging
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
    /// Makes what watches over the run, once its id is known; `nil`, the default, is nobody.
    public var watch: (@Sendable (_ runID: String, _ template: String) -> any RunWatcher)?
    /// Where the run's own log lines go; `nil`, the default, is the runner's.
    public var logger: Logger?

    public init(template: Template, variables: VariableInputs = VariableInputs(), driver: any DataDriver) {
        self.template = template
        self.variables = variables
        self.driver = driver
    }
}
