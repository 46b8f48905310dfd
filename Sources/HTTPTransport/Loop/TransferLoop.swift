import CLibcurl
import Glibc
import Synchronization

/// The way to libcurl's handles, which one thread uses at a time: orders go in through a mailbox, answers come out through
/// the transfers' continuations.
///
/// A thread of the loop's own waits for sockets and deadlines and sees to them. It begins with the first order and ends with
/// `close`. Orders are carried out by whoever posts them, unless another thread is at it, which then does that too: so a
/// request is on its way before any other thread has to wake up. ``Attention`` says who else waits.
final class TransferLoop: Sendable {
    enum Order: Sendable {
        case start(Transfer)
        case cancel(Transfer)
        case resume(Transfer)
    }

    private enum Phase { case idle, running, closing, over }

    private struct Mailbox {
        var phase = Phase.idle
        var orders: [Order] = []
        /// To be joined or detached by whoever takes it.
        var thread: pthread_t?
        /// There once there is a thread.
        var poller: LoopPoller?
        /// Why it is over, where nobody asked for that.
        var failure: HTTPError?
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    /// What one thread has at a time.
    private struct Work {
        /// There while the thread runs.
        var engine: TransferEngine?
        /// Until when the thread waits.
        var waitsUntil = UInt64.max
    }

    let counts = TransportCounts()
    private let configuration: HTTPTransport.Configuration
    private let mailbox = Mutex(Mailbox())
    private let work = Mutex(Work())
    /// The thread that has the work: what it calls may post an order, and must not wait for itself.
    private let worker = Atomic<UInt>(0)

    init(_ configuration: HTTPTransport.Configuration) { self.configuration = configuration }

    // MARK: From any thread

    func post(_ order: Order) {
        let isTaken = mailbox.withLock { mailbox -> Bool in
            if mailbox.phase == .idle { startThread(&mailbox) }
            guard mailbox.phase == .running else { return false }
            mailbox.orders.append(order)
            return true
        }
        guard isTaken else { return refuse(order) }
        if case .start(let transfer) = order { carryOutOrders(starting: transfer) } else { carryOutOrders() }
    }

    /// Carries out what is in the mailbox, unless another thread is at it: that one looks there again before it rests.
    ///
    /// - Parameter transfer: what the caller starts, and may wait for.
    private func carryOutOrders(starting transfer: Transfer? = nil) {
        guard worker.load(ordering: .relaxed) != Self.thisThread else { return }
        Self.withoutSignals {
            var socket: curl_socket_t?
            var offered = transfer
            while mailbox.withLock({ !$0.orders.isEmpty }) {
                let isDone = work.withLockIfAvailable { work -> Bool in
                    guard let engine = work.engine else { return false }
                    // Once: what is begun later is somebody else's.
                    if let mine = offered.take() { engine.offerAttention(to: mine) }
                    turn(&work, engine, [])
                    if transfer != nil { socket = engine.attendedSocket() }
                    return true
                }
                guard isDone == true else { break }
            }
            if let socket { attend(to: socket) }
        }
    }

    /// Waits for a transfer's socket on the caller's thread (``Attention``).
    private func attend(to socket: curl_socket_t) {
        let end = Monotonic.deadline(Attention.longest, from: Monotonic.now)
        var isOver = false
        while !isOver {
            let ready = Attention.wait(for: socket, until: end)
            isOver = work.withLock { work in
                guard let engine = work.engine else { return true }
                if let ready, engine.isAttended { turn(&work, engine, [ready]) } else { engine.endAttention() }
                return engine.attendedSocket() == nil
            }
            // Who posted one meanwhile may have left it to this thread.
            carryOutOrders()
        }
    }

    /// A turn on another thread than the loop's, which is told where it has to wake up sooner.
    private func turn(_ work: inout Work, _ engine: TransferEngine, _ ready: [airlock_ready]) {
        turn(engine, ready)
        guard engine.nextDeadline < work.waitsUntil else { return }
        work.waitsUntil = engine.nextDeadline
        engine.poller.wake()
    }

    func cancel(_ transfer: Transfer) {
        transfer.isCancelled.store(true, ordering: .releasing)
        post(.cancel(transfer))
    }

    /// Loads libcurl and starts the thread now.
    func prepare() { mailbox.withLock { if $0.phase == .idle { startThread(&$0) } } }

    /// Ends everything; the thread ends soon.
    func close() {
        if let thread = beginClosing() { pthread_detach(thread) }
    }

    /// Ends everything, and returns when the thread is gone.
    func closeAndJoin() async {
        let thread = beginClosing()
        await withCheckedContinuation { continuation in
            let isOver = mailbox.withLock { mailbox -> Bool in
                if mailbox.phase != .over { mailbox.watchers.append(continuation) }
                return mailbox.phase == .over
            }
            if isOver { continuation.resume() }
        }
        // It has nothing left to do but to return.
        if let thread { pthread_join(thread, nil) }
    }

    private func beginClosing() -> pthread_t? {
        let (thread, poller) = mailbox.withLock { mailbox in
            if mailbox.phase == .idle { mailbox.phase = .over }
            if mailbox.phase == .running { mailbox.phase = .closing }
            return (mailbox.thread.take(), mailbox.poller)
        }
        poller?.wake()
        return thread
    }

    private func refuse(_ order: Order) {
        guard case .start(let transfer) = order else { return }
        let failure = mailbox.withLock { $0.failure }
        transfer.finish(.failure(failure ?? .closed(transfer.url)))
    }

    // MARK: The thread

    private static var thisThread: UInt { UInt(pthread_self()) }

    /// Signals are for the program's own threads: neither the loop's nor those that libcurl begins get any.
    private static func withoutSignals<Value>(_ body: () -> Value) -> Value {
        var (all, before) = (sigset_t(), sigset_t())
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return body()
    }

    private func startThread(_ mailbox: inout Mailbox) {
        guard let poller = LoopPoller() else {
            mailbox.phase = .over
            mailbox.failure = Self.cannotStart("no descriptor could be opened for HTTP", errno)
            return
        }
        mailbox.poller = poller
        let context = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let result = Self.withoutSignals {
            pthread_create(
                &thread, nil,
                { context in
                    guard let context else { return nil }
                    Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue().run()
                    return nil
                }, context.toOpaque())
        }
        guard result == 0 else {
            context.release()
            mailbox.phase = .over
            mailbox.failure = Self.cannotStart("no thread could be started for HTTP", result)
            return
        }
        mailbox.thread = thread
        mailbox.phase = .running
    }

    private static func cannotStart(_ message: String, _ code: Int32) -> HTTPError {
        HTTPError(
            .internalFailure, message, hint: "Check the limits on processes, descriptors and memory.",
            cause: String(cString: strerror(code)))
    }

    private func run() {
        do throws(HTTPError) {
            let curl = try CurlLibrary.shared.get()
            if let poller = mailbox.withLock({ $0.poller }) {
                try work.withLock { work throws(HTTPError) in
                    work.engine = try TransferEngine(curl, configuration, counts: counts, poller: poller)
                }
                serve(poller)
            }
            work.withLock { work in
                work.engine?.endAll()
                work.engine.take()?.close()
            }
        } catch {
            mailbox.withLock { $0.failure = error }
        }
        let (orders, watchers) = mailbox.withLock { mailbox in
            mailbox.phase = .over
            defer { (mailbox.orders, mailbox.watchers) = ([], []) }
            return (mailbox.orders, mailbox.watchers)
        }
        for order in orders { refuse(order) }
        for watcher in watchers { watcher.resume() }
    }

    private func serve(_ poller: LoopPoller) {
        var ready: [airlock_ready] = []
        while mailbox.withLock({ $0.phase == .running }) {
            let moment = work.withLock { work -> UInt64 in
                guard let engine = work.engine else { return 0 }
                turn(engine, ready)
                work.waitsUntil = engine.nextDeadline
                return work.waitsUntil
            }
            // Who posted one meanwhile left it to this thread.
            carryOutOrders()
            ready = poller.wait(until: moment)
        }
    }

    private func turn(_ engine: TransferEngine, _ ready: [airlock_ready]) {
        worker.store(Self.thisThread, ordering: .relaxed)
        defer { worker.store(0, ordering: .relaxed) }
        for socket in ready { engine.act(socket) }
        let orders = mailbox.withLock { mailbox in
            defer { mailbox.orders = [] }
            return mailbox.orders
        }
        for order in orders {
            switch order {
            case .start(let transfer): engine.start(transfer)
            case .cancel(let transfer): engine.cancel(transfer)
            case .resume(let transfer): engine.resume(transfer)
            }
        }
        engine.turn()
    }
}
