import Testing

/// One hostile behaviour of the suite, by its number: what is tried, and what the sandbox makes of it.
struct HostileItem: Sendable, CustomTestStringConvertible {
    /// 1 to 88; the table in SECURITY.md has the same.
    var number: Int
    var title: String
    var probes: [HostileProbe]
    /// What `full`, or `portable`, does not give, in a few words. Stands in SECURITY.md's table.
    var gapInFull: Gap?
    var gapInPortable: Gap?

    init(_ number: Int, _ title: String, gapInFull: Gap? = nil, gapInPortable: Gap? = nil, _ probes: HostileProbe...) {
        self.number = number
        self.title = title
        self.gapInFull = gapInFull
        self.gapInPortable = gapInPortable ?? gapInFull
        self.probes = probes
    }

    var testDescription: String { "\(number) \(title)" }

    func gap(in level: String) -> Gap? { level == "full" ? gapInFull : gapInPortable }

    struct Gap: Sendable {
        var text: String
        /// Whether a probe demonstrates it: then it has to, so that the table is corrected once the gap is closed.
        var isShown: Bool

        init(_ text: String, isShown: Bool = true) {
            self.text = text
            self.isShown = isShown
        }
    }
}

/// One script of an item.
///
/// It says `BREACH` when it got what it wanted, through `attempt` and `got` of the prelude. Run where nothing holds it
/// back it has to say so, or the probe proves nothing.
struct HostileProbe: Sendable {
    /// Run in the sandbox.
    var script: String
    /// Run outside; the same script unless that would harm the host or could not work there.
    var outside: String
    var limits: [String]
    var full: Outcome
    var portable: Outcome
    /// Run twice, and no value that the script says may be the same in both.
    var isRepeated: Bool
    /// Whether its output is shown once more as text, where nothing may steer a terminal.
    var isShownAsText: Bool

    init(
        _ full: Outcome, portable: Outcome? = nil, limits: [String] = [], isRepeated: Bool = false,
        isShownAsText: Bool = false, outside: String? = nil, _ script: String
    ) {
        self.full = full
        // What is not there in full isolation is there and refused in portable isolation.
        self.portable = portable ?? (full == .absent ? .refused() : full)
        self.limits = limits
        self.isRepeated = isRepeated
        self.isShownAsText = isShownAsText
        self.outside = outside ?? script
        self.script = script
    }

    func outcome(in level: String) -> Outcome { level == "full" ? full : portable }
}

/// How the sandbox has to end a probe.
enum Outcome: Sendable, Equatable {
    /// The script got an error for everything it tried, and ended by itself.
    case refused(_ counted: [String])
    /// It did not even find what it looked for, and ended by itself.
    case absent
    /// What it did had no effect outside, and it ended by itself.
    case contained
    /// The run ended with the call.
    case killed(String)
    /// The run ended with a call of another ABI.
    case foreign
    case limit(String)
    /// The script's own end, as the kernel tells it: a signal or an exit code.
    case failed(signal: String?, code: Int?)
    case protocolViolation, quotaExceeded

    static func refused(_ counted: String...) -> Outcome { .refused(counted) }

    /// As the table has it.
    var word: String {
        switch self {
        case .refused: "refused"
        case .absent: "absent"
        case .contained: "contained"
        case .killed, .foreign: "killed"
        case .limit(let name): "limit: \(name)"
        case .failed: "failed"
        case .protocolViolation: "protocol violation"
        case .quotaExceeded: "quota"
        }
    }

    var status: String {
        switch self {
        case .refused, .absent, .contained: "succeeded"
        case .killed, .foreign: "denied"
        case .limit: "limit_exceeded"
        case .failed: "failed"
        case .protocolViolation: "protocol_violation"
        case .quotaExceeded: "quota_exceeded"
        }
    }
}
