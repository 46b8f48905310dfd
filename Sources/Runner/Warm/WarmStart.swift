import AirlockCore
import Sandbox
import Synchronization

/// Sandboxes that wait for the scripts of a runner's runs: a pool for each kind of run.
final class WarmStart: Sendable {
    /// Each has a zygote of its own, some 15 MiB, and its waiting slots.
    static let maxKinds = 4
    /// A kind that nobody asked for so long makes room for another.
    static let idle = Duration.seconds(60)

    /// A waiting sandbox in the hands of one run.
    struct Lease: Sendable {
        let slot: Slot
        let scripts: CompiledScripts
        fileprivate let pool: SlotPool<ZygoteSlots>
        fileprivate let lease: SlotPool<ZygoteSlots>.Lease

        /// Lets the pool see to its other slots, which it puts off while this one's script is expected to end soon.
        func attend() { pool.attend() }

        /// The run is over.
        func attendIfNeeded() { pool.attendIfNeeded() }

        /// Nothing is left of the slot.
        func end() { pool.ended(lease) }
    }

    enum Answer: Sendable {
        case slot(Lease)
        /// Why the run starts cold.
        case cold(String)
    }

    private struct Pool {
        var kind: WarmKind
        var slots: SlotPool<ZygoteSlots>
        let scripts = CompiledScripts()
        var lastUse: ContinuousClock.Instant
    }

    private struct State {
        var pools: [Pool] = []
        /// Pools that were replaced, as long as they drain.
        var leaving: [Task<Void, Never>] = []
        var isDraining = false
    }

    private let settings: PoolSettings
    private let state = Mutex(State())

    init(_ settings: PoolSettings) {
        self.settings = settings
        DescriptorLimit.raise()
    }

    /// A sandbox for this run, if one waits or comes soon. The first run of a kind sets things going and starts cold.
    func slot(for request: SandboxRequest, in sandbox: Sandbox, packages: [String]) async -> Answer {
        if let obstacle = WarmKind.obstacle(request) { return .cold(obstacle) }
        guard let pool = pool(of: WarmKind(request, packages: packages), in: sandbox) else {
            return .cold("runs of \(Self.maxKinds) other kinds are kept warm already")
        }
        switch await pool.slots.slot(putsOff: true) {
        case .slot(let lease):
            return .slot(Lease(slot: lease.slot, scripts: pool.scripts, pool: pool.slots, lease: lease))
        case .refused(let reason, let cause): return .cold(Self.sentence(reason, cause))
        }
    }

    /// Such a run will ask for a sandbox in a moment.
    func rouse(for request: SandboxRequest, packages: [String]) {
        guard WarmKind.obstacle(request) == nil else { return }
        let kind = WarmKind(request, packages: packages)
        state.withLock { $0.pools.first { $0.kind == kind }?.slots }?.next?.rouse()
    }

    var snapshots: [PoolSnapshot] { state.withLock { $0.pools.map(\.slots.snapshot) } }

    /// Ends all that waits, and returns when the runs under way have ended too.
    func drain() async {
        let (pools, leaving) = state.withLock { state in
            defer { (state.pools, state.leaving, state.isDraining) = ([], [], true) }
            return (state.pools, state.leaving)
        }
        await withTaskGroup { group in
            for pool in pools { group.addTask { await pool.slots.drain() } }
        }
        for task in leaving { await task.value }
    }

    /// - Returns: `nil` when there is no room for another kind.
    private func pool(of kind: WarmKind, in sandbox: Sandbox) -> Pool? {
        state.withLock { state in
            guard !state.isDraining else { return nil }
            let now = ContinuousClock.now
            if let place = state.pools.firstIndex(where: { $0.kind == kind }) {
                state.pools[place].lastUse = now
                return state.pools[place]
            }
            // One of an interpreter that has changed since can serve nobody.
            let useless = state.pools.firstIndex { $0.kind.profile == kind.profile && $0.kind.runtime != kind.runtime }
            let oldest = state.pools.indices.min { state.pools[$0].lastUse < state.pools[$1].lastUse }
            if let place = useless ?? (state.pools.count < Self.maxKinds ? nil : oldest) {
                guard useless != nil || now - state.pools[place].lastUse >= Self.idle else { return nil }
                let old = state.pools.remove(at: place).slots
                state.leaving.append(Task { await old.drain() })
            }
            let source = ZygoteSlots(sandbox: sandbox, kind: kind, settings: settings)
            let pool = Pool(kind: kind, slots: SlotPool(source, settings: settings), lastUse: now)
            state.pools.append(pool)
            return pool
        }
    }

    private static func sentence(_ reason: PoolRefusal, _ cause: AirlockError?) -> String {
        switch reason {
        case .starting: "the first waiting sandbox of its kind was still being made"
        case .failing: "no waiting sandbox could be made" + (cause.map { ": \($0.message)" } ?? "")
        case .queueFull: "too many runs waited for a sandbox"
        case .timedOut: "no waiting sandbox came free in time"
        case .withdrawn: "the run was cancelled while it waited for a sandbox"
        case .draining: "the waiting sandboxes were being ended"
        }
    }
}
