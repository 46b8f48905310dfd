internal import AirlockCore
internal import DriverKit

/// The broker of one run as a pure state machine: events and the time in, actions out; no clock and no I/O.
///
/// Calls run side by side; replies leave in the order of their requests, so that a run's transcript can be replayed
/// byte for byte and a guest may simply read them one after another. After the end nothing is processed any more.
struct BrokerState {
    /// A request whose reply has not been sent yet.
    struct OpenCall {
        var key: Int
        var id: RequestID
        var started: Duration
        var record: CallRecord
        /// The reply, waiting for those before it; `nil` while the call runs.
        var reply: [UInt8]?
    }

    let limits: BrokerLimits
    let grants: Grants
    /// Whether a method changes the source, by name.
    let methods: [String: Bool]

    var decoder: FrameDecoder
    /// In the order of the requests.
    var openCalls: [OpenCall] = []
    var lastKey = 0
    var running = 0
    var waitingSince: Duration = .zero
    var timeInCalls: Duration = .zero
    var artifactNames: Set<String> = []
    var artifactCount = 0
    var outputBytes = 0
    var notifications = 0
    var breaches: [Quota: Int] = [:]
    /// The next message may be the script's code: the guest sends it before the script's first line, so that what comes
    /// later, or comes after anything else, is the script's own doing.
    var awaitsCode: Bool
    var isOver = false
    var report = BrokerReport()

    init(limits: BrokerLimits, grants: Grants, methods: [DriverMethod], awaitsCode: Bool = false) {
        self.limits = limits
        self.awaitsCode = awaitsCode
        self.grants = grants
        var known = Dictionary(methods.map { ($0.name, $0.writes) }, uniquingKeysWith: { $0 || $1 })
        // The driver contract's own methods only read, whatever a driver says of a method of the same name.
        for name in Grants.readingMethods { known[name] = false }
        self.methods = known
        decoder = FrameDecoder(maxFrameBytes: limits.frameBytes.bytes)
    }

    // MARK: Events

    mutating func received(_ chunk: UnsafeRawBufferPointer, now: Duration) -> [BrokerAction] {
        guard !isOver else { return [] }
        var actions: [BrokerAction] = []
        let (frames, violation) = decoder.append(chunk)
        for frame in frames {
            do throws(Violation) {
                try process(frame, now, &actions)
            } catch {
                end(.protocolViolation, error.reason, now, &actions)
            }
            if isOver { return actions }
        }
        if let violation { end(.protocolViolation, violation.reason, now, &actions) }
        return actions
    }

    /// The child is gone. A frame it left unfinished is a violation; calls it left open are recorded as cancelled.
    mutating func ended(now: Duration) -> [BrokerAction] {
        guard !isOver else { return [] }
        var actions: [BrokerAction] = []
        if decoder.isMidFrame {
            end(.protocolViolation, "the script ended inside a frame", now, &actions)
        } else {
            close(now, &actions)
        }
        return actions
    }

    // MARK: Endings

    mutating func end(_ status: RunStatus, _ reason: String, _ now: Duration, _ actions: inout [BrokerAction]) {
        guard !isOver else { return }
        report.ending = BrokerReport.Ending(status: status, reason: reason)
        actions.append(.end(status, reason: reason))
        close(now, &actions)
    }

    private mutating func close(_ now: Duration, _ actions: inout [BrokerAction]) {
        isOver = true
        if running > 0 {
            report.brokerWait += now - waitingSince
            actions.append(.resumeScriptClock)
        }
        for var call in openCalls {
            if call.reply == nil {
                actions.append(.cancel(key: call.key))
                call.record.time = now - call.started
                call.record.verdict = AirlockError.Code.cancelled.rawValue
            }
            report.transcript.append(call.record)
            actions.append(.record(call.record))
        }
        openCalls = []
        running = 0
        decoder = FrameDecoder(maxFrameBytes: 0)
    }

    /// Counts a breach.
    ///
    /// - Returns: whether it was the last one that is put up with, and ended the run.
    @discardableResult
    mutating func breach(_ quota: Quota, _ reason: String, _ now: Duration, _ actions: inout [BrokerAction]) -> Bool {
        let count = (breaches[quota] ?? 0) + 1
        breaches[quota] = count
        report.breaches[quota.rawValue] = count
        guard count >= max(1, limits.breaches) else { return false }
        end(.quotaExceeded, "\(reason) (breach \(count) of \(quota.rawValue))", now, &actions)
        return true
    }

    // MARK: Frames

    private mutating func process(
        _ frame: [UInt8], _ now: Duration, _ actions: inout [BrokerAction]
    ) throws(Violation) {
        let mayBeCode = awaitsCode
        awaitsCode = false
        switch try GuestMessage(frame: frame) {
        case .notification(BrokerState.codeMethod, let params):
            guard mayBeCode else { throw Violation("code of the script, which was not asked for, or no longer") }
            report.code = try code(params)
        case .notification(let method, let params):
            notify(method, params, frameBytes: frame.count, now, &actions)
        case .request(let id, let method, let params):
            guard !openCalls.contains(where: { $0.id == id }) else {
                throw Violation("a request whose id is still waiting for its reply")
            }
            report.calls += 1
            report.requestBytes += frame.count
            request(id, method, params, frameBytes: frame.count, now, &actions)
        }
    }
}
