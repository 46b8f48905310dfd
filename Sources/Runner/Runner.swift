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
        /// The interpreter's version: 3, 11, 2.
        var version: [Int]
        /// When the interpreter's files were last looked at.
        var seenAt = ContinuousClock.now

        init(sandbox: Sandbox, runtime: PythonRuntime) {
            (self.sandbox, self.runtime) = (sandbox, runtime)
            version = runtime.version.split(separator: ".").compactMap { Int($0) }
        }
    }

    /// An interpreter that is replaced is noticed so soon: each look asks for two dozen files.
    private static let lookInterval = Duration.milliseconds(100)

    /// What a run needs whatever its variables are.
    private struct Setting {
        var limits: RunLimits
        var sandbox: Sandbox
        /// The interpreter's version: 3, 11, 2.
        var version: [Int]
        var sandboxed: SandboxRequest
        /// What is worth importing ahead: `strict` shows no packages.
        var packages: [String]
    }

    private struct RunPlan {
        var variables: ValidatedVariables
        var script: RenderedScript
        var setting: Setting
    }

    let environment: [String: String]
    private let logger: Logger
    private let headStart: HeadStart?
    /// Layers that were said to be missing already: each is logged once.
    private let reported = Mutex<Set<String>>([])
    private let prepared = Mutex<[SandboxProfile: Prepared]>([:])
    /// `nil` as long as every run starts cold.
    private let warm = Mutex<WarmStart?>(nil)

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

    /// Makes one run. How it ended is in the result; this does not throw, and when it returns nothing of the run is left but
    /// the result, and of one that started warm what the kernel still takes apart: its script was killed in its last call, or
    /// was reaped. Cancelling the task ends the run as `cancelled`.
    public func run(_ request: RunRequest) async -> RunResult {
        var steps = StepWatch()
        let setting = rouse(for: request, &steps)
        var result = RunResult(runID: RunID.new(), template: request.template.name, status: .internalError)
        result.templateDigest = request.template.digest
        result.isolation = IsolationReport(level: request.isolation, layers: [])
        let watcher = request.watch?(result.runID, request.template.name)
        var request = request
        request.observer = observer(request.observer, watcher)
        do throws(AirlockError) {
            let names = DriverNames(driver: request.driver)
            let plan = try await plan(request, setting, names: names, result: &result, steps: &steps)
            try await execute(plan, of: request, result: &result, steps: &steps)
        } catch {
            result.fail(error)
        }
        result.timings = steps.timings
        do throws(AirlockError) {
            try watcher?.ended(result)
        } catch {
            result.fail(error)
            // Whatever kept it from being recorded is neither the script's fault nor the data's.
            result.status = .internalError
        }
        log(result, request.logger ?? logger)
        return result
    }

    // MARK: Starting warm

    /// From now on keeps sandboxes waiting for the scripts to come, of the kinds of runs that come: interpreter, profile,
    /// packages and limits. A run starts in one if it can, else cold, and its result says why. Has to be ended with
    /// ``letCool()``. Raises this process's soft limit on open descriptors to the hard one, for good.
    ///
    /// - Returns: whether it did not do so already.
    @discardableResult public func keepWarm(_ settings: PoolSettings = .forThisHost) -> Bool {
        warm.withLock { warm in
            if warm != nil { return false }
            warm = WarmStart(settings)
            return true
        }
    }

    /// Ends the waiting sandboxes, lets the runs in others come to their end, and returns when none is left. Runs start
    /// cold again.
    public func letCool() async {
        let warm = warm.withLock { warm in
            defer { warm = nil }
            return warm
        }
        await warm?.drain()
    }

    /// The pools of waiting sandboxes as they are at this moment, one for each kind of run.
    public var pools: [PoolSnapshot] { warm.withLock { $0 }?.snapshots ?? [] }

    // MARK: The steps of a run

    /// What would keep a run from being made, without making it.
    ///
    /// - Parameter names: the driver's, kept over several checks.
    /// - Returns: the variables' values as the script would get them; no secrets.
    /// - Throws: whatever would make the run `invalid`, and what keeps any run from being made on this host.
    func check(_ request: RunRequest, names: any DataNameSource) async throws(AirlockError) -> JSONObject {
        var result = RunResult(runID: "", template: request.template.name, status: .invalid)
        var steps = StepWatch()
        return try await plan(request, nil, names: names, result: &result, steps: &steps).variables.values
    }

    /// Wakes a sandbox that waits for such a run, so that it is awake by the time the variables are looked at and the script
    /// is rendered.
    ///
    /// - Returns: what was made for it; `nil` where every run starts cold: then what is wrong with the variables is said first.
    private func rouse(for request: RunRequest, _ steps: inout StepWatch) -> Result<Setting, AirlockError>? {
        guard let warm = warm.withLock({ $0 }) else { return nil }
        let setting = Result { () throws(AirlockError) in try makeSetting(for: request) }
        if case .success(let setting) = setting {
            warm.rouse(for: setting.sandboxed, packages: setting.packages)
        }
        steps.end("prepare")
        return setting
    }

    private func makeSetting(for request: RunRequest) throws(AirlockError) -> Setting {
        let profile = try request.resolvedProfile()
        let limits = try RunLimits(template: request.template.manifest.limits, caller: request.limits)
        let prepared = try prepare(profile)
        var sandboxed = SandboxRequest(
            runtime: prepared.runtime, isolation: request.isolation, profile: profile, limits: limits.sandbox,
            seed: request.seed.map { UInt32(truncatingIfNeeded: $0) })
        sandboxed.scriptName = request.template.fileName
        return Setting(
            limits: limits, sandbox: prepared.sandbox, version: prepared.version, sandboxed: sandboxed,
            packages: profile == .data ? request.template.manifest.dependencies.map(\.name) : [])
    }

    /// All that is decided before anything is launched.
    ///
    /// - Parameter ready: the run's setting, where it was made already.
    private func plan(
        _ request: RunRequest, _ ready: Result<Setting, AirlockError>?, names: any DataNameSource,
        result: inout RunResult, steps: inout StepWatch
    ) async throws(AirlockError) -> RunPlan {
        let variables = try await request.template.validate(request.variables, names: names)
        result.variablesDigest = variables.digest
        steps.end("validate")
        let script = try request.template.render(variables)
        steps.end("render")
        let profile = try request.resolvedProfile()
        result.isolation.profile = profile
        let setting = if let ready { try ready.get() } else { try makeSetting(for: request) }
        try checkVersion(of: setting, for: request.template)
        try request.template.checkDependencies(against: setting.sandboxed.runtime, profile: profile)
        if ready == nil { steps.end("prepare") }
        return RunPlan(variables: variables, script: script, setting: setting)
    }

    private func execute(
        _ plan: RunPlan, of request: RunRequest, result: inout RunResult, steps: inout StepWatch
    ) async throws(AirlockError) {
        if let warm = warm.withLock({ $0 }) {
            let setting = plan.setting
            let answer = await warm.slot(for: setting.sandboxed, in: setting.sandbox, packages: setting.packages)
            steps.end("slot")
            switch answer {
            case .cold(let reason): result.coldReason = reason
            case .slot(let lease):
                if try await execute(plan, of: request, in: lease, &result, &steps) { return }
            }
        }
        _ = try await execute(plan, of: request, in: nil, &result, &steps)
    }

    /// - Parameter lease: of a sandbox that waits for the script; `nil` launches one.
    /// - Returns: `false` where the slot could not be used, before it was given the script: it may be run elsewhere.
    private func execute(
        _ plan: RunPlan, of request: RunRequest, in lease: WarmStart.Lease?, _ result: inout RunResult,
        _ steps: inout StepWatch
    ) async throws(AirlockError) -> Bool {
        let (limits, sandbox, sandboxed) = (plan.setting.limits, plan.setting.sandbox, plan.setting.sandboxed)
        var script = ScriptStart(
            script: plan.script.text, name: request.template.fileName, params: plan.variables.values,
            seed: request.seed)
        let isNew = lease?.scripts.complete(&script) ?? false
        let session = BrokerSession(
            driver: request.driver, start: script, grants: grants(for: request), limits: limits.broker,
            observer: request.observer)
        let channel = ChannelWatch(session)
        let outcome: SandboxOutcome
        if let lease {
            do throws(AirlockError) {
                outcome = try await sandbox.run(
                    sandboxed, in: lease.slot, channel: channel, whenLong: lease.attend, whenGone: lease.end)
                lease.attendIfNeeded()
                if isNew { lease.scripts.note(script) }
            } catch {
                // Who has the script may have run it, whatever failed then: what it wrote must not be written twice.
                guard !channel.wasStarted else { throw error }
                result.coldReason = "the waiting sandbox could not be used: \(error.message)"
                return false
            }
        } else {
            outcome = try await start(sandboxed, in: sandbox, channel: channel)
        }
        steps.end(of: outcome, channel)
        let report = session.report
        if script.asksForCode, outcome.isOrderly, report.ending == nil { lease?.scripts.keep(report.code, of: script) }
        result.take(outcome)
        result.take(report, limits: limits.sandbox)
        result.checkDeclaredResult(request.template.manifest.result)
        steps.end("verdict")
        return true
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
                "wall_ms": .stringConvertible(result.usage.wall), "calls": .stringConvertible(result.usage.calls),
                "rows": .stringConvertible(result.usage.rows),
            ])
    }

    /// Starts on a thread of its own what the first run would have to wait for. What goes wrong there, that run will say.
    public func prepareInBackground() {
        // Without a thread for it, that run prepares itself.
        try? DetachedThread.start { [self] in
            (try? prepare(.strict))?.sandbox.compileFilter(for: .full)
        }
    }

    private func prepare(_ profile: SandboxProfile) throws(AirlockError) -> Prepared {
        // Under the lock, so that runs that start together prepare once.
        try prepared.withLock { prepared -> Result<Prepared, AirlockError> in
            if let known = prepared[profile] {
                let now = ContinuousClock.now
                if now - known.seenAt < Self.lookInterval { return .success(known) }
                prepared[profile]?.seenAt = now
                if known.runtime.isCurrent { return .success(known) }
                prepared[profile] = nil
            }
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
        }.get()
    }

    private func checkVersion(of setting: Setting, for template: Template) throws(AirlockError) {
        guard let wanted = template.manifest.requiresPython, !wanted.contains(setting.version) else { return }
        let version = setting.sandboxed.runtime.version
        throw AirlockError(
            .interpreterUnavailable,
            "the template '\(template.name)' requires Python \(wanted.text), and this one is \(version)",
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
