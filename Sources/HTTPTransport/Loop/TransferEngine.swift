import CLibcurl
import Synchronization

/// Performs transfers with one multi handle, for whoever holds it: one thread at a time.
final class TransferEngine {
    private let multi: UnsafeMutableRawPointer
    private let curl: CurlLibrary
    private let configuration: HTTPTransport.Configuration
    private let counts: TransportCounts
    /// Gets the sockets that libcurl waits for.
    let poller: LoopPoller
    private(set) var queue: AdmissionQueue
    private var active: [UnsafeMutableRawPointer: Transfer] = [:]
    private var spareHandles: [EasyHandle] = []
    private static let maxSpareHandles = 32
    /// When libcurl wants to be called, whatever its sockets do.
    private var timer = UInt64.max
    /// No deadline lies before it; it may itself be over already, and then has to be seen to.
    private(set) var nextDeadline = UInt64.max
    var attention = Attention.none

    init(
        _ curl: CurlLibrary, _ configuration: HTTPTransport.Configuration, counts: TransportCounts, poller: LoopPoller
    ) throws(HTTPError) {
        guard let multi = airlock_multi_init(curl.functions) else {
            throw HTTPError(.libraryUnavailable, "libcurl could not be set up", hint: "Check memory and descriptors.")
        }
        self.multi = multi
        self.curl = curl
        self.configuration = configuration
        self.counts = counts
        self.poller = poller
        queue = AdmissionQueue(maxPerHost: configuration.maxConnectionsPerHost, maxTotal: configuration.maxConnections)
        let options = [
            (CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX)), (CURLMOPT_MAXCONNECTS, configuration.maxConnections),
            (CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.maxConnections),
            (CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maxConnectionsPerHost),
        ]
        for (option, value) in options { _ = airlock_multi_set_long(curl.functions, multi, option, value) }
        // Unretained: this engine cleans the multi handle up, and libcurl calls from within this engine's own calls only.
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = airlock_multi_on_socket(
            curl.functions, multi,
            { _, socket, wish, context, _ in
                guard let context else { return 0 }
                Unmanaged<TransferEngine>.fromOpaque(context).takeUnretainedValue().socketChanged(socket, wish: wish)
                return 0
            }, context)
        _ = airlock_multi_on_timer(
            curl.functions, multi,
            { _, milliseconds, context in
                guard let context else { return 0 }
                Unmanaged<TransferEngine>.fromOpaque(context).takeUnretainedValue().timer =
                    milliseconds < 0 ? .max : Monotonic.deadline(.milliseconds(milliseconds), from: Monotonic.now)
                return 0
            }, context)
    }

    /// All transfers have to have ended.
    func close() {
        spareHandles = []
        airlock_multi_cleanup(curl.functions, multi)
    }

    var isIdle: Bool { active.isEmpty && queue.waitingCount == 0 }
    var isAlone: Bool { active.count == 1 && queue.waitingCount == 0 }

    // MARK: Orders

    func start(_ transfer: Transfer) {
        guard !transfer.isCancelled.load(ordering: .acquiring) else {
            return finish(transfer, .failure(.cancelled(transfer.url)))
        }
        transfer.startTime = Monotonic.now
        transfer.deadlines.total = Monotonic.deadline(
            transfer.request.totalTimeout ?? transfer.configuration.totalTimeout, from: transfer.startTime)
        nextDeadline = min(nextDeadline, transfer.deadlines.total)
        queue.enqueue(transfer)
        admit()
    }

    func cancel(_ transfer: Transfer) { end(transfer, .cancelled(transfer.url)) }

    /// Lets a paused transfer go on. libcurl may call back from within.
    func resume(_ transfer: Transfer) {
        guard let handle = transfer.handle else { return }
        handle.unpause()
        note(transfer)
    }

    func endAll() {
        for transfer in queue.waiting + Array(active.values) { end(transfer, .closed(transfer.url)) }
    }

    // MARK: Turns of the loop

    /// Goes on with the transfer of a socket that is ready.
    func act(_ ready: airlock_ready) { _ = airlock_multi_act(curl.functions, multi, ready.socket, ready.readiness) }

    /// Sees to what is due, after orders and sockets. What it begins itself is due at once: ``nextDeadline`` says so.
    func turn() {
        if timer <= Monotonic.now {
            timer = .max
            _ = airlock_multi_act(curl.functions, multi, CURL_SOCKET_TIMEOUT, 0)
        }
        var code = CURLE_OK
        while let pointer = airlock_multi_ended(curl.functions, multi, &code) {
            guard let transfer = active[pointer] else { continue }
            hasEnded(transfer, code)
        }
        for transfer in active.values { note(transfer) }
        if nextDeadline <= Monotonic.now { passDeadlines() }
        admit()
        nextDeadline = min(nextDeadline, timer)
    }

    private func note(_ transfer: Transfer) { nextDeadline = min(nextDeadline, transfer.deadlines.next) }

    private func passDeadlines() {
        let now = Monotonic.now
        for transfer in queue.waiting where transfer.deadlines.total <= now {
            end(transfer, .timedOut(.waiting, transfer))
        }
        for transfer in Array(active.values) {
            if let phase = transfer.deadlines.passed(at: now) { end(transfer, .timedOut(phase, transfer)) }
        }
        nextDeadline = .max
        for transfer in queue.waiting + Array(active.values) { note(transfer) }
    }

    // MARK: One transfer

    private func admit() {
        while let transfer = queue.next() { begin(transfer) }
        let (waiting, inFlight) = (queue.waitingCount, active.count)
        counts.update {
            $0.requestsWaiting = waiting
            $0.requestsInFlight = inFlight
        }
    }

    private func begin(_ transfer: Transfer) {
        if transfer.beginTime == 0 { transfer.beginTime = Monotonic.now }
        guard let handle = spareHandles.popLast() ?? freshHandle() else {
            queue.release(transfer, spokeHTTP2: nil)
            return finish(transfer, .failure(internalFailure(transfer, CURLE_OUT_OF_MEMORY)))
        }
        transfer.configure(handle)
        if let code = handle.failure {
            queue.release(transfer, spokeHTTP2: nil)
            return finish(transfer, .failure(internalFailure(transfer, code)))
        }
        transfer.handle = handle
        active[handle.pointer] = transfer
        guard airlock_multi_add(curl.functions, multi, handle.pointer) == CURLM_OK else {
            return end(transfer, internalFailure(transfer, CURLE_FAILED_INIT))
        }
    }

    private func freshHandle() -> EasyHandle? {
        let handle = EasyHandle(curl)
        handle?.prepare(configuration, counts: counts)
        return handle
    }

    private func internalFailure(_ transfer: Transfer, _ code: CURLcode) -> HTTPError {
        HTTPError(
            .internalFailure, "the request to \(transfer.url) could not be set up",
            hint: "Check the configuration of TLS and proxy, and the version of libcurl.", cause: curl.message(code))
    }

    /// Ends a transfer of our own will, wherever it stands; one that is over already stays as it is.
    private func end(_ transfer: Transfer, _ error: HTTPError) {
        if queue.remove(transfer) {
            var error = error
            error.isSafeToRepeat = transfer.earlierBytesSent == 0
            return finish(transfer, .failure(error))
        }
        guard transfer.handle != nil else { return }
        transfer.failure = error
        hasEnded(transfer, CURLE_ABORTED_BY_CALLBACK)
    }

    /// libcurl is done with it, or we are.
    private func hasEnded(_ transfer: Transfer, _ code: CURLcode) {
        guard let handle = transfer.handle.take() else { return }
        active[handle.pointer] = nil
        let timings = transfer.timings(handle)
        let spokeHTTP2 = timings.httpVersion.isEmpty ? nil : timings.httpVersion == "2"
        let error = transfer.failure ?? reason(transfer, handle, code)
        counts.update {
            if timings.isConnectionReused { $0.connectionsReused += 1 }
            $0.bytesSent += timings.bytesSent - transfer.earlierBytesSent
            $0.bytesReceived += timings.bytesReceived
        }
        let target = error == nil ? transfer.redirectTarget : nil
        // Who waits for the answer goes on while this thread puts things away; what they ask for next comes after that.
        if error == nil, target == nil { finish(transfer, .success(timings)) }
        // This is what closes the connection of a transfer that is not over, or resets its stream.
        _ = airlock_multi_remove(curl.functions, multi, handle.pointer)
        if spareHandles.count < Self.maxSpareHandles {
            handle.reset()
            handle.prepare(configuration, counts: counts)
            spareHandles.append(handle)
        }
        queue.release(
            transfer, spokeHTTP2: spokeHTTP2, wasQuick: error == nil && timings.total < Attention.longest)
        if let target {
            transfer.earlierBytesSent = timings.bytesSent
            transfer.followRedirect(to: target)
            return queue.enqueue(transfer)
        }
        guard var error else { return }
        error.isSafeToRepeat = timings.bytesSent == 0
        error.timings = timings
        finish(transfer, .failure(error))
    }

    private func reason(_ transfer: Transfer, _ handle: EasyHandle, _ code: CURLcode) -> HTTPError? {
        if transfer.head.isComplete, code == CURLE_OK { return nil }
        if !transfer.head.isComplete {
            // libcurl is content with a head that ends with its connection.
            if code == CURLE_OK { return HTTPError(CURLE_PARTIAL_FILE, transfer, curl: curl) }
            // What it says of a line of more than 100 KiB.
            if code == CURLE_OUT_OF_MEMORY, handle.number(CURLINFO_REQUEST_SIZE) > 0 { return .largeHeaders(transfer) }
        }
        return HTTPError(
            code, transfer, curl: curl, words: handle.lastWords, osError: handle.number(CURLINFO_OS_ERRNO))
    }

    private func finish(_ transfer: Transfer, _ result: Result<HTTPTimings, HTTPError>) {
        counts.update {
            switch result {
            case .success: $0.requestsAnswered += 1
            case .failure: $0.requestsFailed += 1
            }
            $0.requestsInFlight = active.count
            $0.requestsWaiting = queue.waitingCount
        }
        transfer.finish(result)
    }
}
