public import AirlockCore
public import Broker
public import Sandbox
public import Templating

/// The limits of one run: the defaults, what the template declares, what the caller sets, each over the one before.
public struct RunLimits: Sendable {
    public var sandbox = SandboxLimits()
    public var broker = BrokerLimits()

    /// The defaults.
    public init() {}

    /// - Throws: `invalid_argument` for a limit beyond ``SandboxLimits/maximum``, naming it.
    public init(template: TemplateLimits, caller: TemplateLimits) throws(AirlockError) {
        apply(template)
        apply(caller)
        try check()
    }

    private mutating func apply(_ limits: TemplateLimits) {
        func set<Value>(_ target: inout Value, _ value: Value?) { if let value { target = value } }
        set(&sandbox.wall, limits.wall)
        set(&sandbox.total, limits.total)
        // A longer wall alone must not be cut short by the defaults of the others.
        if let wall = limits.wall {
            if limits.total == nil { sandbox.total = max(sandbox.total, wall + broker.callTime) }
            if limits.cpu == nil { sandbox.cpu = max(sandbox.cpu, wall) }
        }
        set(&sandbox.cpu, limits.cpu)
        set(&sandbox.memory, limits.memory)
        set(&sandbox.disk, limits.disk)
        set(&sandbox.output, limits.output)
        set(&sandbox.processes, limits.processes)
        set(&sandbox.files, limits.files)
        set(&broker.calls, limits.calls)
        set(&broker.rows, limits.rows)
        set(&broker.replyBytes, limits.replyBytes)
        set(&broker.requestBytes, limits.requestBytes)
    }

    private func check() throws(AirlockError) {
        let maximum = SandboxLimits.maximum
        func refuse(_ name: String, _ limit: String) -> AirlockError {
            AirlockError(
                .invalidArgument, "the limit '\(name)' is at most \(limit)", at: .argument("--limit \(name)"),
                hint: "'airlock limits' lists all limits with their defaults and maxima.")
        }
        if sandbox.wall > maximum.wall { throw refuse("wall", maximum.wall.shortText) }
        if sandbox.total > maximum.total { throw refuse("total", maximum.total.shortText) }
        if sandbox.cpu > maximum.cpu { throw refuse("cpu", maximum.cpu.shortText) }
        if sandbox.memory > maximum.memory { throw refuse("memory", "\(maximum.memory)") }
        if sandbox.disk > maximum.disk { throw refuse("disk", "\(maximum.disk)") }
        if sandbox.output > maximum.output { throw refuse("output", "\(maximum.output)") }
        if sandbox.processes > maximum.processes { throw refuse("processes", "\(maximum.processes)") }
        if sandbox.files > maximum.files { throw refuse("files", "\(maximum.files)") }
        if sandbox.files < 16 {
            throw AirlockError(
                .invalidArgument, "the limit 'files' is at least 16: the interpreter itself needs some",
                at: .argument("--limit files"))
        }
    }
}
