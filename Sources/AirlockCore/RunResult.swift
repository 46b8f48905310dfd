/// Everything known about a finished run. The verdict comes from the kernel and the host's clock, never from the child.
public struct RunResult: Sendable {
    /// A UUIDv7 (RFC 9562), so that ids sort by time.
    public var runID: String
    /// The template's name, `-` for a script from standard input, or the script's file name.
    public var template: String
    /// SHA-256 of the template file, in hexadecimal.
    public var templateDigest: String
    /// SHA-256 of the canonical JSON of the validated variables, in hexadecimal.
    public var variablesDigest: String
    public var status: RunStatus
    /// One sentence; `nil` for a run that succeeded.
    public var reason: String?
    /// For `limit_exceeded`.
    public var limit: LimitName?
    /// For `denied`: the name of the call that ended the run.
    public var deniedSyscall: String?
    /// The line of the script that made it, where that is known: a hint, as in ``RefusedCall/lines``.
    public var deniedLine: Int?
    /// What the script exited with; `nil` when a signal ended it or it never started.
    public var exitCode: Int32?
    /// The name of the signal that ended it, `SIGKILL`.
    public var signal: String?
    /// What the script said went wrong.
    public var exception: ScriptException?
    /// For `invalid`, `upstream_failed` and `internal_error`.
    public var error: AirlockError?

    public var isolation: IsolationReport
    public var usage: RunUsage
    public var startPath: StartPath
    /// Why the run did not start warm, where there was a pool to start it; else `nil`.
    public var coldReason: String?
    /// From the launch to the script's first line.
    public var startLatency: Duration?
    /// Where the time went, in the order of the steps; they follow each other without a gap. A run that ended early has
    /// the steps it came to.
    public var timings: [RunTiming]

    /// What the script gave to `airlock.result`.
    public var result: JSONValue?
    public var outputs: [RunOutput]
    public var logs: [LogLine]
    public var standardOutput: CapturedStream
    public var standardError: CapturedStream
    public var transcript: [CallRecord]

    /// A result that says nothing yet but which run it is of and how it ended.
    public init(runID: String, template: String, status: RunStatus) {
        self.runID = runID
        self.template = template
        self.status = status
        templateDigest = ""
        variablesDigest = ""
        isolation = IsolationReport(level: .full, layers: [])
        usage = RunUsage()
        startPath = .cold
        timings = []
        outputs = []
        logs = []
        standardOutput = CapturedStream()
        standardError = CapturedStream()
        transcript = []
    }
}

/// One step of a run and the time it took.
public struct RunTiming: Sendable, Hashable {
    /// `validate`, `render`, `prepare`, `slot`, `launch`, `interpreter`, `script`, `drain`, `verdict`; where runs start
    /// warm `prepare` comes first. Programs add their own before and after.
    public var step: String
    public var time: Duration

    public init(step: String, time: Duration) {
        self.step = step
        self.time = time
    }
}

public enum StartPath: String, Sendable, Hashable {
    case cold, warm
}

/// An exception that left the script, in the script's own words: a claim, not evidence.
public struct ScriptException: Sendable, Hashable {
    /// `ValueError`, `airlock.QuotaExceeded` …
    public var type: String
    public var message: String
    /// The line of the script, from 1, as the template file counts it.
    public var line: Int?

    public init(type: String, message: String, line: Int?) {
        self.type = type
        self.message = message
        self.line = line
    }
}

/// The isolation that was really in force.
public struct IsolationReport: Sendable, Hashable {
    public enum Level: String, Sendable, Hashable, CaseIterable {
        /// All layers.
        case full
        /// Without those that need user namespaces.
        case portable
    }

    public struct Layer: Sendable, Hashable {
        /// `user_namespace`, `seccomp`, `landlock` …
        public var name: String
        public var active: Bool
        /// What it consists of, or why it is missing.
        public var detail: String
        /// What would make it active.
        public var remedy: String?

        public init(name: String, active: Bool, detail: String, remedy: String? = nil) {
            self.name = name
            self.active = active
            self.detail = detail
            self.remedy = remedy
        }
    }

    public var level: Level
    /// What the script could call and was shown.
    public var profile: SandboxProfile
    public var layers: [Layer]
    /// Each limit of the sandbox with what held it; empty for a run that was never launched.
    public var limits: [HeldLimit]

    public init(
        level: Level, profile: SandboxProfile = .strict, layers: [Layer], limits: [HeldLimit] = []
    ) {
        self.level = level
        self.profile = profile
        self.layers = layers
        self.limits = limits
    }
}

/// What a run took.
public struct RunUsage: Sendable, Hashable {
    /// From the start of the child to its end.
    public var wall: Duration = .zero
    /// `wall` without the time the script waited for the broker.
    public var scriptWall: Duration = .zero
    public var brokerWait: Duration = .zero
    public var userCPU: Duration = .zero
    public var systemCPU: Duration = .zero
    public var peakResidentBytes: Int = 0
    public var minorPageFaults: Int = 0
    public var majorPageFaults: Int = 0
    public var calls: Int = 0
    public var rows: Int = 0
    /// Bytes of requests from, and of replies to, the script.
    public var requestBytes: Int = 0
    public var replyBytes: Int = 0
    /// Refused system calls, in the order in which each was first made.
    public var refusedCalls: [RefusedCall] = []

    public init() {}
}

/// What a script wrote to one of its output streams.
public struct CapturedStream: Sendable, Hashable {
    /// At most the run's output limit; any bytes at all.
    public var bytes: [UInt8]
    /// Whether more was written than was kept.
    public var isCut: Bool

    public init(bytes: [UInt8] = [], isCut: Bool = false) {
        self.bytes = bytes
        self.isCut = isCut
    }
}

/// One call of a script to the broker, as the transcript keeps it.
public struct CallRecord: Sendable, Hashable {
    public var method: String
    /// The query's text, where the call has one; never its values.
    public var query: String?
    /// SHA-256 of the canonical JSON of the call's parameters without the query, in hexadecimal.
    public var valuesDigest: String
    public var rows: Int
    public var replyBytes: Int
    /// From the request's last byte to the reply's first.
    public var time: Duration
    public var cacheAge: Duration
    /// `ok`, or the code of the error that answered the call.
    public var verdict: String

    public init(
        method: String, query: String?, valuesDigest: String, rows: Int = 0, replyBytes: Int = 0,
        time: Duration = .zero, cacheAge: Duration = .zero, verdict: String = "ok"
    ) {
        self.method = method
        self.query = query
        self.valuesDigest = valuesDigest
        self.rows = rows
        self.replyBytes = replyBytes
        self.time = time
        self.cacheAge = cacheAge
        self.verdict = verdict
    }
}
