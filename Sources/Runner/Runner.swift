public import AirlockCore
import Broker
import DriverKit
public import Logging
public import Sandbox
import Synchronization
import Templating

/// Makes runs: validates the variables, renders the script, runs it in the sandbox, answers it through the broker.
///
/// Safe to use from several tasks at once; runs share nothing but the compiled filter and the described interpreter.
public final class Runner: Sendable {
    private struct Prepared {
        var sandbox: Sandbox
        var runtime: PythonRuntime
    }

    private let environment: [String: String]
    private let logger: Logger
    private let headStart: HeadStart?
    /// Layers that were said to be missing already: each is logged once.
    private let reported = Mutex<Set<String>>([])
    private let prepared = Mutex<[SandboxProfile: Prepared]>([:])

    /// Costs nothing: what a run needs is prepared with the first one.
    ///
    /// - Parameter environment: the host's; `AIRLOCK_PYTHON`, `AIRLOCK_CACHE`, `AIRLOCK_GUEST`, `AIRLOCK_PROFILES`,
    ///   `AIRLOCK_CGROUP`, `TMPDIR`, `HOME`, `XDG_CACHE_HOME` and `PATH` are looked at. Nothing of it reaches a script.
    ///   - headStart: a sandbox that was launched ahead; the first run that fits it takes it.
    ///   - logger: silent by default. Messages are constant; the run's id and what else there is are metadata, never a
    ///     variable's value.
    public init(
        environment: [String: String], headStart: HeadStart? = nil,
        logger: Logger = Logger(label: "airlock.runner", factory: { _ in SwiftLogNoOpLogHandler() })
    ) {
        self.environment = environment
        self.headStart = headStart
        self.logger = logger
    }

    /// Makes one run. How it ended is in the result; this does not throw, and when it returns nothing of the run is
    /// left but the result. Cancelling the task ends the run as `cancelled`.
    public func run(_ request: RunRequest) async -> RunResult {
        var result = RunResult(runID: RunID.new(), template: request.template.name, status: .internalError)
        result.templateDigest = request.template.digest
        result.isolation = IsolationReport(level: request.isolation, layers: [])
        let watcher = request.watch?(result.runID, request.template.name)
        do throws(AirlockError) {
            let variables = try await request.template.validate(
                request.variables, names: DriverNames(driver: request.driver))
            result.variablesDigest = variables.digest
            let script = try request.template.render(variables)
            let profile = try request.resolvedProfile()
            result.isolation.profile = profile
            let limits = try RunLimits(template: request.template.manifest.limits, caller: request.limits)
            let (sandbox, runtime) = try prepare(profile)
            try checkVersion(of: runtime, for: request.template)
            try request.template.checkDependencies(against: runtime, profile: profile)
            let session = BrokerSession(
                driver: request.driver,
                start: ScriptStart(
                    script: script.text, name: request.template.fileName, params: variables.values,
                    seed: request.seed),
                grants: grants(for: request), limits: limits.broker,
                observer: observer(request.observer, watcher))
            var sandboxed = SandboxRequest(
                runtime: runtime, isolation: request.isolation, profile: profile, limits: limits.sandbox,
                seed: request.seed.map { UInt32(truncatingIfNeeded: $0) })
            sandboxed.scriptName = request.template.fileName
            let outcome = try await sandbox.run(sandboxed, channel: session)
            result.take(outcome)
            result.take(session.report, limits: limits.sandbox)
            result.checkDeclaredResult(request.template.manifest.result)
        } catch {
            result.fail(error)
        }
        do throws(AirlockError) {
            try watcher?.ended(result)
        } catch {
            result.fail(error)
        }
        log(result, request.logger ?? logger)
        return result
    }

    private func observer(_ observer: BrokerObserver, _ watcher: (any RunWatcher)?) -> BrokerObserver {
        guard let watcher else { return observer }
        var observer = observer
        observer.call = { call throws(AirlockError) in try watcher.record(call) }
        observer.around = { method, body in await watcher.around(method, body) }
        return observer
    }

    private func log(_ result: RunResult, _ logger: Logger) {
        for layer in result.isolation.layers where !layer.active {
            guard reported.withLock({ $0.insert(layer.name).inserted }) else { continue }
            logger.warning(
                "isolation layer missing",
                metadata: ["layer": "\(layer.name)", "reason": "\(layer.detail)", "remedy": "\(layer.remedy ?? "")"])
        }
        logger.info(
            "run ended",
            metadata: [
                "run_id": "\(result.runID)", "template": "\(result.template)", "status": "\(result.status.rawValue)",
                "wall_ms": "\(Int(result.usage.wall.inMilliseconds))", "calls": "\(result.usage.calls)",
                "rows": "\(result.usage.rows)",
            ])
    }

    /// Starts on a thread of its own what the first run would have to wait for. What goes wrong there, that run will say.
    public func prepareInBackground() {
        // Without a thread for it, that run prepares itself.
        try? DetachedThread.start { [self] in
            guard let (sandbox, _) = try? prepare(.strict) else { return }
            sandbox.compileFilter(for: .full)
        }
    }

    private func prepare(_ profile: SandboxProfile) throws(AirlockError) -> (Sandbox, PythonRuntime) {
        // Under the lock, so that runs that start together prepare once.
        let outcome = prepared.withLock { prepared -> Result<Prepared, AirlockError> in
            if let known = prepared[profile], known.runtime.isCurrent { return .success(known) }
            return Result { () throws(AirlockError) in
                let assets = try Assets(environment: environment)
                let fresh = Prepared(
                    sandbox: try Sandbox(
                        profiles: assets.profiles, environment: environment, headStart: headStart),
                    runtime: try RuntimeStore(environment: environment).python(
                        guest: assets.guest, environment: environment, profile: profile))
                prepared[profile] = fresh
                return fresh
            }
        }
        let value = try outcome.get()
        return (value.sandbox, value.runtime)
    }

    private func checkVersion(of runtime: PythonRuntime, for template: Template) throws(AirlockError) {
        guard let wanted = template.manifest.requiresPython else { return }
        let version = runtime.version.split(separator: ".").compactMap { Int($0) }
        guard !wanted.contains(version) else { return }
        throw AirlockError(
            .interpreterUnavailable,
            "the template '\(template.name)' requires Python \(wanted.text), and this one is \(runtime.version)",
            hint: "Set AIRLOCK_PYTHON to an interpreter that fits.")
    }

    private func grants(for request: RunRequest) -> Grants {
        let access = request.template.manifest.access
        let reading = Grants.readingMethods + request.driver.methods.filter { !$0.writes }.map(\.name)
        let writing = access.writes ? request.driver.methods.filter(\.writes).map(\.name) : []
        return Grants(
            methods: access.methods ?? reading + writing, tables: access.tables, columns: access.columns,
            templateWrites: access.writes, callerWrites: request.allowWrites)
    }
}
