import AirlockCore
import AirlockLauncher
import Glibc
import Synchronization

/// A slot whose run is over: what is left of it is ending.
protocol LeavingSlot: Sendable {
    /// Its init's: readable once nothing is left of it.
    var pidfd: Int32 { get }
    func kill()
    /// Is told once, when nothing is left of it.
    func hasEnded()
}

extension LeavingSlot {
    /// For when its zygote is gone: with that the kernel has ended it too.
    func awaitEnd() {
        var end = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        kill()
        _ = retrying { poll(&end, 1, -1) }
    }
}

/// What several tasks ask of a zygote's thread: kept under a lock, announced through an eventfd(2).
final class ZygoteService: Sendable {
    /// A slot that somebody waits for.
    struct Order: Sendable {
        var limits: SandboxLimits
        var inHurry: Bool
        /// Where it is made; `nil` for anywhere.
        var processor: Int32?
        var answer: @Sendable (Result<Slot, AirlockError>) -> Void
    }

    private struct State {
        var orders: [Order] = []
        /// Slots that were handed out and have not ended.
        var living = 0
        /// Slots whose runs are over, and that may not have ended yet.
        var leaving: [any LeavingSlot] = []
        var isClosing = false
        /// Why there are no more slots: nothing of it is left then.
        var end: AirlockError?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let sandbox: Sandbox
    let runtime: PythonRuntime
    let profile: SandboxProfile
    let filter: SeccompFilter
    private let packages: [String]
    private let extensionPath: String
    private let state = Mutex(State())
    private let event: OwnedDescriptor
    /// Rings for the slots that leave: to wake the thread for each would hold up the run that is over.
    private let timer: OwnedDescriptor
    /// Milliseconds, from the first of them: sooner than init lets its script go, so that the thread sees it end.
    private static let departure: UInt32 = 8
    var eventDescriptor: Int32 { event.number }
    var timerDescriptor: Int32 { timer.number }

    init(
        sandbox: Sandbox, runtime: PythonRuntime, profile: SandboxProfile, packages: [String],
        extension path: String
    ) throws(AirlockError) {
        self.sandbox = sandbox
        self.runtime = runtime
        self.profile = profile
        self.packages = packages
        extensionPath = path
        filter = try sandbox.filter(for: .warm(profile))
        let descriptor = airlock_event()
        guard descriptor >= 0 else { throw .system("eventfd") }
        event = OwnedDescriptor(descriptor)
        let alarm = airlock_timer()
        guard alarm >= 0 else { throw .system("timerfd_create") }
        timer = OwnedDescriptor(alarm)
    }

    /// The thread that launches the zygote has to live as long as it: the kernel ties its death to that thread's.
    func start() throws(AirlockError) {
        try DetachedThread.start { [self] in
            do throws(AirlockError) {
                end(try ZygoteLoop(self).run())
            } catch {
                end(error)
            }
        }
    }

    func makeSlot(_ limits: SandboxLimits, inHurry: Bool) async throws(AirlockError) -> Slot {
        let outcome = await withCheckedContinuation { continuation in
            // One that is wanted at once is made wherever there is room; several threads want several processors.
            let processor = inHurry || profile != .strict ? nil : Processors.forSlot()
            submit(
                Order(limits: limits, inHurry: inHurry, processor: processor) { continuation.resume(returning: $0) })
        }
        return try outcome.get()
    }

    private func submit(_ order: Order) {
        let refusal = state.withLock { state -> AirlockError? in
            if let end = state.end { return end }
            if state.isClosing { return Self.closed }
            state.orders.append(order)
            return nil
        }
        if let refusal { order.answer(.failure(refusal)) } else { wake() }
    }

    static let closed = AirlockError(.internalError, "the zygote was shut down")

    var isAlive: Bool { state.withLock { $0.end == nil && !$0.isClosing } }

    func close() {
        state.withLock { $0.isClosing = true }
        wake()
    }

    /// - Returns: at most this many orders; and whether the zygote may end, since nobody wants any more of it.
    func takeOrders(_ count: Int) -> (orders: [Order], leaving: [any LeavingSlot], mayEnd: Bool) {
        var news: UInt64 = 0
        _ = read(event.number, &news, 8)
        _ = read(timer.number, &news, 8)
        return state.withLock { state in
            let taken = Array(state.orders.prefix(count))
            state.orders.removeFirst(taken.count)
            defer { state.leaving = [] }
            return (taken, state.leaving, state.isClosing && state.orders.isEmpty && state.living == 0)
        }
    }

    /// Waits for the end of a slot whose run is over, on the zygote's thread, and tells it.
    func see(off slot: any LeavingSlot) {
        let isServed = state.withLock { state in
            guard state.end == nil else { return false }
            if state.leaving.isEmpty { airlock_set_timer(timer.number, Self.departure) }
            state.leaving.append(slot)
            return true
        }
        if isServed { return }
        slot.awaitEnd()
        slot.hasEnded()
    }

    func slotMade() { state.withLock { $0.living += 1 } }

    func slotEnded() {
        state.withLock { $0.living -= 1 }
        wake()
    }

    /// Waits for the end.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if state.end == nil { state.waiters.append(continuation) }
                return state.end != nil
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func end(_ error: AirlockError) {
        let (orders, leaving, waiters) = state.withLock { state in
            state.end = error
            defer { (state.orders, state.leaving, state.waiters) = ([], [], []) }
            return (state.orders, state.leaving, state.waiters)
        }
        for slot in leaving {
            slot.awaitEnd()
            slot.hasEnded()
        }
        for order in orders { order.answer(.failure(error)) }
        for waiter in waiters { waiter.resume() }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(event.number, &one, 8)
    }

    // MARK: Specifications

    private func specification(_ limits: SandboxLimits) -> LaunchSpecification {
        let request = SandboxRequest(runtime: runtime, isolation: .full, profile: profile, limits: limits)
        return LaunchSpecification(
            request, filter: filter, scratchOnHost: nil, landlockABI: sandbox.landlockABI)
    }

    var zygoteBytes: [UInt8] {
        specification(SandboxLimits()).zygote(extension: extensionPath, packages: packages).bytes
    }

    func slotBytes(_ limits: SandboxLimits) -> [UInt8] { specification(limits).slot.bytes }

    /// A place of a zygote's launch, or of its slots' making, that is made to fail: `zygote.clone`, `slot.scratch`.
    func fault(of role: String) -> String? {
        guard let fault = sandbox.fault, fault.hasPrefix(role + ".") else { return nil }
        return String(fault.dropFirst(role.count + 1))
    }
}
