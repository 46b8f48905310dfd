import CLibcurl
import Glibc
import Synchronization

/// The way to the one thread that owns libcurl's handles: orders go in through a mailbox, answers come out through the
/// transfers' continuations. The thread begins with the first order and ends with `close`.
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
        var wakeup: LoopWakeup?
        /// Whether the thread waits: whoever posts then wakes it.
        var isWaiting = false
        /// Why it is over, where nobody asked for that.
        var failure: HTTPError?
        var watchers: [CheckedContinuation<Void, Never>] = []

        /// To be sent by who takes it, if the thread waits.
        mutating func takeWakeup() -> LoopWakeup? {
            defer { isWaiting = false }
            return isWaiting ? wakeup : nil
        }
    }

    let counts = TransportCounts()
    private let configuration: HTTPTransport.Configuration
    private let mailbox = Mutex(Mailbox())

    init(_ configuration: HTTPTransport.Configuration) { self.configuration = configuration }

    // MARK: From any thread

    func post(_ order: Order) {
        let (isTaken, wakeup) = mailbox.withLock { mailbox -> (Bool, LoopWakeup?) in
            if mailbox.phase == .idle { startThread(&mailbox) }
            guard mailbox.phase == .running else { return (false, nil) }
            mailbox.orders.append(order)
            return (true, mailbox.takeWakeup())
        }
        if !isTaken { refuse(order) }
        // Not under the lock: the thread would wake up only to wait for it.
        wakeup?.send()
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
        let (thread, wakeup) = mailbox.withLock { mailbox in
            if mailbox.phase == .idle { mailbox.phase = .over }
            if mailbox.phase == .running { mailbox.phase = .closing }
            return (mailbox.thread.take(), mailbox.takeWakeup())
        }
        wakeup?.send()
        return thread
    }

    private func refuse(_ order: Order) {
        guard case .start(let transfer) = order else { return }
        let failure = mailbox.withLock { $0.failure }
        transfer.finish(.failure(failure ?? .closed(transfer.url)))
    }

    // MARK: The thread

    /// With all signals blocked, for it and for libcurl's threads: they are for the program's own.
    private func startThread(_ mailbox: inout Mailbox) {
        guard let wakeup = LoopWakeup() else {
            mailbox.phase = .over
            mailbox.failure = Self.cannotStart("no descriptor could be opened for HTTP", errno)
            return
        }
        mailbox.wakeup = wakeup
        var (all, before) = (sigset_t(), sigset_t())
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let context = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
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
            let engine = try TransferEngine(curl, configuration, counts: counts)
            if let wakeup = mailbox.withLock({ $0.wakeup }) { turn(engine, wakeup) }
            engine.endAll()
            engine.close()
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

    private func turn(_ engine: TransferEngine, _ wakeup: LoopWakeup) {
        while true {
            let (orders, isClosing) = mailbox.withLock { mailbox in
                mailbox.isWaiting = false
                defer { mailbox.orders = [] }
                return (mailbox.orders, mailbox.phase == .closing)
            }
            for order in orders {
                switch order {
                case .start(let transfer): engine.start(transfer)
                case .cancel(let transfer): engine.cancel(transfer)
                case .resume(let transfer): engine.resume(transfer)
                }
            }
            if isClosing { return }
            engine.perform()
            let waits = mailbox.withLock { mailbox in
                guard mailbox.orders.isEmpty, mailbox.phase == .running else { return false }
                mailbox.isWaiting = true
                return true
            }
            if waits { engine.wait(wakeup) }
        }
    }
}
