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
        /// There while the thread waits; whoever posts wakes it.
        var waker: Waker?
        /// Why it is over, where nobody asked for that.
        var failure: HTTPError?
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    /// `@unchecked`: curl_multi_wakeup(3) is the one function of a multi handle that any thread may call. It is called
    /// under the mailbox's lock only, and taken out of there before the handle is freed.
    private struct Waker: @unchecked Sendable {
        let curl: CurlLibrary
        let multi: UnsafeMutableRawPointer

        func wake() { _ = airlock_multi_wakeup(curl.functions, multi) }
    }

    let counts = TransportCounts()
    private let configuration: HTTPTransport.Configuration
    private let mailbox = Mutex(Mailbox())

    init(_ configuration: HTTPTransport.Configuration) { self.configuration = configuration }

    // MARK: From any thread

    func post(_ order: Order) {
        let isTaken = mailbox.withLock { mailbox -> Bool in
            if mailbox.phase == .idle { startThread(&mailbox) }
            guard mailbox.phase == .running else { return false }
            mailbox.orders.append(order)
            mailbox.waker.take()?.wake()
            return true
        }
        if !isTaken { refuse(order) }
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
        mailbox.withLock { mailbox in
            if mailbox.phase == .idle { mailbox.phase = .over }
            if mailbox.phase == .running { mailbox.phase = .closing }
            mailbox.waker.take()?.wake()
            return mailbox.thread.take()
        }
    }

    private func refuse(_ order: Order) {
        guard case .start(let transfer) = order else { return }
        let failure = mailbox.withLock { $0.failure }
        transfer.finish(.failure(failure ?? .closed(transfer.url)))
    }

    // MARK: The thread

    /// With all signals blocked, for it and for libcurl's threads: they are for the program's own.
    private func startThread(_ mailbox: inout Mailbox) {
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
            mailbox.failure = HTTPError(
                .internalFailure, "no thread could be started for HTTP",
                hint: "Check the limits on processes and memory.",
                cause: String(cString: strerror(result)))
            return
        }
        mailbox.thread = thread
        mailbox.phase = .running
    }

    private func run() {
        do throws(HTTPError) {
            let curl = try CurlLibrary.shared.get()
            let engine = try TransferEngine(curl, configuration, counts: counts)
            turn(engine, Waker(curl: curl, multi: engine.multi))
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

    private func turn(_ engine: TransferEngine, _ waker: Waker) {
        while true {
            let (orders, isClosing) = mailbox.withLock { mailbox in
                mailbox.waker = nil
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
                mailbox.waker = waker
                return true
            }
            if waits { engine.wait() }
        }
    }
}
