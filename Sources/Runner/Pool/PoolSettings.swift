public import AirlockCore

/// How large a pool is, and how it behaves where slots are scarce or fail.
public struct PoolSettings: Sendable, Hashable {
    /// Slots that are kept waiting. Default 4.
    public var target = 4
    /// Slots in all: waiting, in use and being made. At least 1; default 16. A request beyond them queues.
    public var maxSlots = 16
    /// Slots that are made at once. Default 4: more would wait for processors.
    public var maxMaking = 4
    /// From one refill to the next, so that a burst is not followed by a burst of forks. Default 2 ms. A slot that a
    /// request waits for is made at once.
    public var refillInterval = Duration.milliseconds(2)
    /// How long after a request was served a quarter of the target will do. Default 3 ms: most runs are over by then, and the
    /// next of several in a row has begun.
    public var refillDelay = Duration.milliseconds(3)
    /// Requests that wait for a slot. Default 256; a request beyond is refused.
    public var maxQueued = 256
    /// How long a request waits for a slot at most. Default 100 ms: longer than a cold start takes, waiting gains
    /// nothing.
    public var maxWait = Duration.milliseconds(100)
    /// The pause after a failure; it doubles with each that follows without a success between, up to ``maxBackOff``.
    /// Defaults 100 ms and 30 s.
    public var backOff = Duration.milliseconds(100)
    public var maxBackOff = Duration.seconds(30)
    /// After so many failures in a row an origin is given up. Default 2.
    public var maxOriginFailures = 2
    /// What an origin is replaced after: time, and slots. Defaults 10 minutes and 1,000.
    public var maxOriginAge = Duration.seconds(600)
    public var maxOriginSlots = 1000

    public init() {}

    /// What a waiting slot takes of the host's memory, and what to reckon with for one in use.
    static let waitingBytes = 8 << 20
    static let busyBytes = 64 << 20

    /// Descriptors of the host that a slot takes: five pipes' ends, a pidfd, and an eventfd while it runs.
    static let slotDescriptors = 8

    /// The defaults for a host: four times as many waiting slots as cores and as many beside them, as long
    /// as waiting slots would take no more than an eighth of the free memory and the others no more than half, and all
    /// together no more than half of the descriptors.
    ///
    /// - Parameters:
    ///   - cores: that are online.
    ///   - freeMemory: what can be had without swapping; `nil` when it is not known.
    ///   - descriptors: how many this process may have open (RLIMIT_NOFILE); `nil` when it is not known.
    public static func sized(cores: Int, freeMemory: ByteCount?, descriptors: Int? = nil) -> PoolSettings {
        let cores = min(max(cores, 1), 64)
        let free = freeMemory.map { max($0.bytes, 0) } ?? .max
        var settings = PoolSettings()
        settings.target = min(cores * 4, max(1, free / 8 / waitingBytes))
        settings.maxSlots = settings.target + min(cores * 4, max(1, free / 2 / busyBytes))
        if let descriptors {
            settings.maxSlots = min(settings.maxSlots, max(1, descriptors / 2 / slotDescriptors))
            settings.target = min(settings.target, settings.maxSlots)
        }
        settings.maxMaking = min(cores, settings.maxSlots)
        return settings
    }
}

/// Why a request got no slot.
public enum PoolRefusal: String, Sendable, Hashable, CaseIterable {
    /// The first slot is still on its way.
    case starting
    /// Slots could not be made; it is tried again after a pause.
    case failing
    /// Too many wait already.
    case queueFull = "queue_full"
    /// None came within ``PoolSettings/maxWait``.
    case timedOut = "timed_out"
    case withdrawn
    /// The pool is being shut down.
    case draining
}

/// What a pool looks like at one moment.
public struct PoolSnapshot: Sendable, Hashable {
    public var waiting = 0
    public var busy = 0
    public var making = 0
    public var queued = 0
    /// Origins that have slots or are being made; more than one while one takes the place of another.
    public var origins = 0
    public var isDraining = false
    /// Since the pool was made.
    public var made = 0
    public var served = 0
    /// Served by a slot that was waiting already.
    public var servedAtOnce = 0
    public var failures = 0
    public var refused: [PoolRefusal: Int] = [:]
    /// What the last served requests waited: at most ``PoolWaits/maxKept`` of them.
    public var waits = PoolWaits()

    public init() {}
}

/// How long the last served requests waited for their slots.
public struct PoolWaits: Sendable, Hashable {
    public static let maxKept = 256

    private var kept: [Duration] = []
    private var next = 0

    public init() {}

    mutating func add(_ wait: Duration) {
        if kept.count < Self.maxKept {
            kept.append(wait)
        } else {
            kept[next] = wait
            next = (next + 1) % Self.maxKept
        }
    }

    public var count: Int { kept.count }
    public var longest: Duration { kept.max() ?? .zero }

    /// The wait that this share of them did not exceed; zero when there was none.
    ///
    /// - Parameter share: from 0 to 1; 0.5 is the median.
    public func quantile(_ share: Double) -> Duration {
        guard !kept.isEmpty, share.isFinite else { return .zero }
        let place = Int((Double(kept.count - 1) * min(max(share, 0), 1)).rounded(.up))
        return kept.sorted()[place]
    }
}
