package import AirlockCore

/// What the facts of a host come to: a pure function of them, so that each fault can be tested on a host without it.
package struct Diagnosis: Sendable {
    package private(set) var findings: [Finding]

    package init(_ facts: HostFacts) {
        findings = [
            Self.namespaces(facts), Self.landlock(facts), Self.seccomp(facts), Self.privileges(facts),
            Self.cgroup(facts),
        ]
        findings += KernelSetting.all.compactMap { $0.finding(facts.sysctls[$0.name]) }
        findings += [Self.cache(facts), Self.python(facts)]
        findings += IsolationReport.Level.allCases.compactMap { level in
            facts.starts[level].map { Self.start($0, level) }
        }
    }

    /// Nothing could be looked at.
    package init(failed error: AirlockError) {
        findings = [Finding("guest_and_profiles", error, neededFor: .portable)]
    }

    /// The strongest level of isolation that this host allows; `nil` when nothing can be run.
    package var level: IsolationReport.Level? {
        let lost = findings.filter(\.isFault).compactMap(\.neededFor)
        return lost.contains(.portable) ? nil : lost.contains(.full) ? .portable : .full
    }

    package mutating func add(_ finding: Finding) { findings.append(finding) }
}

extension Diagnosis {
    static func privileges(_ facts: HostFacts) -> Finding {
        Finding(
            "privileges", .good, "no capabilities, no_new_privs; scripts run as host uid \(facts.scriptUser)",
            neededFor: .portable)
    }

    static func start(_ start: StartFacts, _ level: IsolationReport.Level) -> Finding {
        let name = "start_\(level.rawValue)"
        switch start {
        case .failed(let error): return Finding(name, error, neededFor: level)
        case .measured(let times):
            guard let median = times.median, let least = times.min(), let most = times.max() else {
                return Finding(name, .good, "not measured", neededFor: level)
            }
            return Finding(
                name, .good,
                "a script starts in \(median.shortText) (median of \(times.count), "
                    + "\(least.shortText) to \(most.shortText))", neededFor: level)
        }
    }
}

extension [Duration] {
    var median: Duration? { isEmpty ? nil : sorted()[count / 2] }
}
