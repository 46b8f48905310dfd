public import AirlockCore
public import Broker
public import Sandbox
public import Templating

/// The limits of one run: the defaults, what the template declares, what the caller sets, each over the one before.
///
/// A template is no more to be trusted than its script: it may lower a limit as it likes and raise it to
/// ``templateFactor`` times the default; further only where the caller's own word takes it, up to ``maximum``.
public struct RunLimits: Sendable {
    public var sandbox = SandboxLimits()
    public var broker = BrokerLimits()

    /// The defaults.
    public init() {}

    /// How many times a default a template may ask for on its own.
    public static let templateFactor = 4

    /// What no caller can go beyond.
    public static let maximum: RunLimits = {
        var limits = RunLimits()
        limits.sandbox = SandboxLimits.maximum
        limits.broker.calls = 100_000
        limits.broker.rows = 50_000_000
        limits.broker.replyBytes = .gibibytes(4)
        limits.broker.requestBytes = .mebibytes(256)
        return limits
    }()

    /// - Throws: `invalid_template` for a limit that the template may not raise so far, `invalid_argument` for one beyond
    ///   ``maximum`` or below what an interpreter needs, each by name.
    public init(template: TemplateLimits, caller: TemplateLimits) throws(AirlockError) {
        let defaults = RunLimits()
        let callers = defaults.overlaid(with: caller)
        self = defaults.overlaid(with: template)
        for field in Self.fields {
            let allowed = max(field.value(defaults) * Double(Self.templateFactor), field.value(callers))
            guard field.value(self) > allowed, !field.isSet(caller) else { continue }
            throw AirlockError(
                .invalidTemplate,
                "the template asks for a limit '\(field.name)' of more than \(Self.templateFactor) times the default",
                hint: "Allow it with --limit \(field.name)=…; 'airlock limits' shows the defaults.")
        }
        self = overlaid(with: caller)
        try check()
    }

    private func overlaid(with limits: TemplateLimits) -> RunLimits {
        var result = self
        func set<Value>(_ target: inout Value, _ value: Value?) { if let value { target = value } }
        set(&result.sandbox.wall, limits.wall)
        set(&result.sandbox.total, limits.total)
        // A longer wall alone must not be cut short by the defaults of the others.
        if let wall = limits.wall {
            if limits.total == nil { result.sandbox.total = max(result.sandbox.total, wall + broker.callTime) }
            if limits.cpu == nil { result.sandbox.cpu = max(result.sandbox.cpu, wall) }
        }
        set(&result.sandbox.cpu, limits.cpu)
        set(&result.sandbox.memory, limits.memory)
        set(&result.sandbox.disk, limits.disk)
        set(&result.sandbox.output, limits.output)
        set(&result.sandbox.processes, limits.processes)
        set(&result.sandbox.files, limits.files)
        set(&result.broker.calls, limits.calls)
        set(&result.broker.rows, limits.rows)
        set(&result.broker.replyBytes, limits.replyBytes)
        set(&result.broker.requestBytes, limits.requestBytes)
        return result
    }

    private func check() throws(AirlockError) {
        for field in Self.fields {
            let place = AirlockError.Location.argument("--limit \(field.name)")
            let hint = "'airlock limits' lists all limits with their defaults and maxima."
            if field.value(self) > field.value(Self.maximum) {
                throw AirlockError(
                    .invalidArgument, "the limit '\(field.name)' is at most \(field.text(Self.maximum))", at: place,
                    hint: hint)
            }
            if let minimum = field.minimum, field.value(self) < minimum.value {
                throw AirlockError(
                    .invalidArgument,
                    "the limit '\(field.name)' is at least \(minimum.text): the interpreter needs that",
                    at: place, hint: hint)
            }
        }
    }
}

extension RunLimits {
    /// One limit by its name in `--limit` and in a manifest.
    private struct Field: Sendable {
        var name: String
        var value: @Sendable (RunLimits) -> Double
        var text: @Sendable (RunLimits) -> String
        var isSet: @Sendable (TemplateLimits) -> Bool
        var minimum: (value: Double, text: String)?

        static func time(
            _ name: String, _ value: @escaping @Sendable (RunLimits) -> Duration,
            _ isSet: @escaping @Sendable (TemplateLimits) -> Bool
        ) -> Field {
            Field(name: name, value: { value($0).inSeconds }, text: { value($0).shortText }, isSet: isSet)
        }

        static func size(
            _ name: String, _ value: @escaping @Sendable (RunLimits) -> ByteCount,
            _ isSet: @escaping @Sendable (TemplateLimits) -> Bool, minimum: ByteCount? = nil
        ) -> Field {
            Field(
                name: name, value: { Double(value($0).bytes) }, text: { value($0).description }, isSet: isSet,
                minimum: minimum.map { (Double($0.bytes), $0.description) })
        }

        static func count(
            _ name: String, _ value: @escaping @Sendable (RunLimits) -> Int,
            _ isSet: @escaping @Sendable (TemplateLimits) -> Bool, minimum: Int? = nil
        ) -> Field {
            Field(
                name: name, value: { Double(value($0)) }, text: { String(value($0)) }, isSet: isSet,
                minimum: minimum.map { (Double($0), String($0)) })
        }
    }

    private static let fields: [Field] = [
        .time("wall", { $0.sandbox.wall }, { $0.wall != nil }),
        // These two follow a longer wall.
        .time("total", { $0.sandbox.total }, { $0.total != nil || $0.wall != nil }),
        .time("cpu", { $0.sandbox.cpu }, { $0.cpu != nil || $0.wall != nil }),
        .size("memory", { $0.sandbox.memory }, { $0.memory != nil }, minimum: .mebibytes(64)),
        .size("disk", { $0.sandbox.disk }, { $0.disk != nil }),
        .size("output", { $0.sandbox.output }, { $0.output != nil }),
        .count("processes", { $0.sandbox.processes }, { $0.processes != nil }),
        .count("files", { $0.sandbox.files }, { $0.files != nil }, minimum: 16),
        .count("calls", { $0.broker.calls }, { $0.calls != nil }),
        .count("rows", { $0.broker.rows }, { $0.rows != nil }),
        .size("reply", { $0.broker.replyBytes }, { $0.replyBytes != nil }),
        .size("request", { $0.broker.requestBytes }, { $0.requestBytes != nil }),
    ]
}
