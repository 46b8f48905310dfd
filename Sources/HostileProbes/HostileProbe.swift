/// One script of an item.
///
/// It says `BREACH` when it got what it wanted, through `attempt` and `got` of the prelude. Run where nothing holds it
/// back it has to say so, or the probe proves nothing.
package struct HostileProbe: Sendable {
    /// Run in the sandbox.
    package var script: String
    /// Run outside; the same script unless that would harm the host or could not work there.
    package var outside: String
    /// Limits of the run, as `--limit` takes them.
    package var limits: [String]
    package var full: ProbeOutcome
    package var portable: ProbeOutcome
    /// Run twice, and no value that the script says may be the same in both.
    package var isRepeated: Bool
    /// Whether its output is shown once more as text, where nothing may steer a terminal.
    package var isShownAsText: Bool
    /// What has to hold before it is run on a machine that matters: without the sandbox it would do harm.
    package var rehearsal: Rehearsal?

    init(
        _ full: ProbeOutcome, portable: ProbeOutcome? = nil, limits: [String] = [], isRepeated: Bool = false,
        isShownAsText: Bool = false, rehearsal: Rehearsal? = nil, outside: String? = nil, _ script: String
    ) {
        self.full = full
        // What is not there in full isolation is there and refused in portable isolation.
        self.portable = portable ?? (full == .absent ? .refused() : full)
        self.limits = limits
        self.isRepeated = isRepeated
        self.isShownAsText = isShownAsText
        self.rehearsal = rehearsal
        self.outside = outside ?? script
        self.script = script
    }

    package func outcome(in level: String) -> ProbeOutcome { level == "full" ? full : portable }
}
