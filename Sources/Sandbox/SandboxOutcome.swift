public import AirlockCore

/// How a sandboxed child ended, by the kernel's word and the host's clock.
public struct SandboxOutcome: Sendable {
    public var status: RunStatus
    /// One sentence; `nil` for a child that ended with 0.
    public var reason: String?
    public var limit: LimitName?
    public var deniedSyscall: String?
    /// The script's line that made that call, where it is known.
    public var deniedLine: Int?
    public var exitCode: Int32?
    public var signal: String?
    public var isolation: IsolationReport
    /// Without calls, rows and their bytes, which the broker knows.
    public var usage: RunUsage
    public var startPath = StartPath.cold
    /// From the launch, or from the request where the sandbox was waiting for it, to the script's first line; `nil` when it was not reached.
    public var startLatency: Duration?
    public var standardOutput: CapturedStream
    public var standardError: CapturedStream
    /// Whether the scratch directory had neither bytes nor files left at the end.
    public var diskWasFull: Bool

    /// Whether the child ended by itself, with whatever exit code: nobody killed it, or ended the run.
    public var isOrderly: Bool { exitCode != nil && (status == .succeeded || status == .failed) }
}
