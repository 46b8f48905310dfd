import AirlockCore
import Sandbox
import Synchronization

/// Takes the times of a run's steps, each from the end of the one before.
struct StepWatch {
    typealias Instant = ContinuousClock.Instant

    private(set) var timings: [RunTiming] = []
    private var last: Instant

    init(start: Instant = .now) { last = start }

    /// The step ends; where clocks were read on two threads, never before the one before it.
    mutating func end(_ step: String, at now: Instant = .now) {
        let now = max(now, last)
        timings.append(RunTiming(step: step, time: now - last))
        last = now
    }

    /// What the sandbox and the channel saw, on clocks that began with the call of the sandbox, or when one that waited was
    /// given the script: up to here.
    mutating func end(of outcome: SandboxOutcome, _ channel: ChannelWatch, at now: Instant = .now) {
        let (launched, drained) = channel.moments
        let start = outcome.startPath == .warm ? launched ?? last : last
        if let launched { end("launch", at: launched) }
        if let latency = outcome.startLatency { end("interpreter", at: start + latency) }
        // A script that was never reached ended within the step before.
        end(outcome.startLatency == nil ? "interpreter" : "script", at: start + outcome.usage.wall)
        end("drain", at: max(drained ?? now, last))
    }
}

/// The channel of a run, with the moments at which the sandbox took it up and let go of it.
final class ChannelWatch: GuestChannel {
    typealias Moments = (launched: ContinuousClock.Instant?, drained: ContinuousClock.Instant?)

    private let channel: any GuestChannel
    private let seen = Mutex<Moments>((nil, nil))

    init(_ channel: any GuestChannel) { self.channel = channel }

    var moments: Moments { seen.withLock { $0 } }

    /// Whether the script was sent to a child.
    var wasStarted: Bool { moments.launched != nil }

    func started(_ link: any GuestLink) {
        seen.withLock { $0.launched = .now }
        channel.started(link)
    }

    func received(_ bytes: UnsafeRawBufferPointer) { channel.received(bytes) }

    func ended() {
        channel.ended()
        seen.withLock { $0.drained = .now }
    }
}
