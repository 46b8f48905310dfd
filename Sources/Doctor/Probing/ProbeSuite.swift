package import AirlockCore
import Glibc
import HostileProbes
import Sandbox
import Synchronization

/// The hostile suite on the user's own machine, as the current user, cold.
package struct ProbeSuite: Sendable {
    /// The level to try; `nil` for the strongest that works.
    package var level: IsolationReport.Level?
    package var environment: [String: String]
    /// Told of each item before it is tried: how much is done, and what is next.
    package var progress: @Sendable (Double, String) -> Void

    package init(
        level: IsolationReport.Level?, environment: [String: String],
        progress: @escaping @Sendable (Double, String) -> Void
    ) {
        self.level = level
        self.environment = environment
        self.progress = progress
    }

    /// Runs it; takes about a minute. Everything it makes is removed when it returns, cancelled or not.
    ///
    /// - Throws: `isolation_unavailable` or `interpreter_unavailable` when nothing can be run; `cancelled` when the task
    ///   was.
    package func run() async throws(AirlockError) -> ProbeReport {
        // Processes are waited for here, which must not take a thread from those that tasks share.
        let flag = CancellationFlag()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                do throws(AirlockError) {
                    try DetachedThread.start {
                        continuation.resume(
                            returning: Result { () throws(AirlockError) in try make { flag.isRaised } })
                    }
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        } onCancel: {
            flag.raise()
        }
        return try outcome.get()
    }

    private func make(_ isCancelled: @escaping () -> Bool) throws(AirlockError) -> ProbeReport {
        let bench = try workingBench(isCancelled)
        var report = ProbeReport(level: bench.level)
        let total = Double(HostileItem.all.count)
        for category in HostileCategory.allCases {
            for item in category.items {
                progress(Double(report.items.count) / total, "\(item.number). \(item.title)")
                var entries: [ProbeReport.Entry] = []
                for probe in item.probes {
                    if isCancelled() { throw AirlockError(.cancelled, "the probes were cancelled") }
                    entries.append(try ProbeTrial(item: item, probe: probe, bench: bench).run())
                }
                report.items.append(
                    ProbeReport.Item(
                        number: item.number, title: item.title, category: category,
                        gap: item.gap(in: bench.level.rawValue)?.text, probes: entries))
            }
            let health = try Self.health(on: bench).map {
                "after \(category.rawValue), the next run is not clean: \($0)"
            }
            report.faults += health
        }
        return report
    }

    /// A bench whose sandbox works: at the level asked for, or at the strongest there is.
    private func workingBench(_ isCancelled: @escaping () -> Bool) throws(AirlockError) -> ProbeBench {
        let levels = level.map { [$0] } ?? [.full, .portable]
        var reason = "there is no isolation to be had"
        for level in levels {
            progress(0, "starting a sandbox in \(level.rawValue) isolation")
            let bench = try ProbeBench(level, environment: environment, isCancelled: isCancelled)
            let faults = try Self.health(on: bench)
            guard let fault = faults.first else { return bench }
            reason = fault
        }
        throw AirlockError(
            .isolationUnavailable, "no sandbox works in \(levels.map(\.rawValue).joined(separator: " or ")) isolation",
            hint: "'airlock doctor' says why, and what to do.", cause: reason)
    }

    /// What is wrong with a run that does nothing but look at itself.
    private static func health(on bench: ProbeBench) throws(AirlockError) -> [String] {
        let bait = try bench.plant()
        let run = try bench.run(try bench.script(healthy, inside: true, bait), in: bait)
        return run.evidence.faults(against: .contained)
    }

    private static let healthy = """
        import signal
        assert os.listdir('.') == [], os.listdir('.')
        assert set(os.environ) <= {'HOME', 'TMPDIR', 'LANG', 'TZ', 'LC_CTYPE'}, os.environ
        assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()
        for descriptor in range(6, 64):
            try:
                os.fstat(descriptor)
            except OSError:
                continue
            raise AssertionError(descriptor)
        """
}

/// Raised once, from any thread.
private final class CancellationFlag: Sendable {
    private let value = Mutex(false)

    var isRaised: Bool { value.withLock { $0 } }

    func raise() { value.withLock { $0 = true } }
}
