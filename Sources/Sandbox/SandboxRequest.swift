public import AirlockCore

/// One run, as the sandbox sees it: the script itself travels over the channel.
public struct SandboxRequest: Sendable {
    public var runtime: PythonRuntime
    public var isolation: IsolationReport.Level
    /// The runtime has to be described for it.
    public var profile: SandboxProfile
    public var limits: SandboxLimits
    /// Seeds the interpreter's string hashing (PYTHONHASHSEED); `nil` leaves it random.
    public var seed: UInt32?
    /// The name that the interpreter knows the script by: lines of refused calls are looked for in frames of that name.
    public var scriptName = ""

    public init(
        runtime: PythonRuntime, isolation: IsolationReport.Level, profile: SandboxProfile = .strict,
        limits: SandboxLimits, seed: UInt32? = nil
    ) {
        self.runtime = runtime
        self.isolation = isolation
        self.profile = profile
        self.limits = limits
        self.seed = seed
    }
}
