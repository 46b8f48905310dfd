import AirlockCore
import Resilience
import ResilienceTesting
import Synchronization

/// An upstream that answers by the clock: what it says is decided anew at each request.
final class FakeUpstream: Sendable {
    /// What it does with a request.
    enum Behaviour: Sendable {
        case answer(after: Duration = .milliseconds(20))
        case fail(Failure, after: Duration = .milliseconds(20))
        /// It takes the request and says nothing more.
        case hang
    }

    struct Refusal: Error {
        var failure: Failure
    }

    let clock: ManualClock
    private let behaviour: @Sendable (_ now: Duration, _ request: Int) -> Behaviour
    private let seen = Mutex<[Duration]>([])

    init(_ clock: ManualClock, _ behaviour: @escaping @Sendable (Duration, Int) -> Behaviour) {
        self.clock = clock
        self.behaviour = behaviour
    }

    /// When requests came.
    var requests: [Duration] { seen.withLock { $0 } }

    /// The number of the request, from 1.
    ///
    /// - Parameter limit: how long whoever asks waits for it by itself; `nil` to be cancelled.
    func answer(within limit: Duration? = nil) async throws -> Int {
        let number = seen.withLock { seen in
            seen.append(clock.now)
            return seen.count
        }
        switch behaviour(clock.now, number) {
        case .answer(let time):
            try await clock.sleep(until: clock.now + time)
            return number
        case .fail(let failure, let time):
            try await clock.sleep(until: clock.now + time)
            throw Refusal(failure: failure)
        case .hang:
            if let limit {
                try await clock.sleep(until: clock.now + limit)
                throw Refusal(failure: Failure(.transient))
            }
            try await clock.sleep(until: .seconds(100_000_000))
            return 0
        }
    }

    func call(in group: EndpointGroup, key: String? = nil, keepsTime: Bool = false) -> ResilientCall<Int> {
        var call = ResilientCall<Int>(
            "test", in: group, key: key.map { CacheKey([$0]) },
            classify: { ($0 as? Refusal)?.failure ?? Failure(.permanent) },
            attempt: { attempt in try await self.answer(within: keepsTime ? attempt.timeLeft : nil) })
        call.isRepeatable = true
        call.keepsTime = keepsTime
        return call
    }
}

extension ResilientCaller {
    /// The outcome as a short text, for tables.
    func outcome(of call: ResilientCall<Value>) async -> String {
        do throws(ResilienceError) {
            let reply = try await self.call(call)
            return "\(reply.source.rawValue) \(reply.attempts)"
        } catch {
            switch error.reason {
            case .circuitOpen(let open): return "open \(open.timeLeft.shortText)"
            case .rateLimited(let limited): return "limited \(limited.wait.shortText)"
            case .busy: return "busy"
            case .deadline: return "deadline"
            case .cancelled: return "cancelled"
            case .failed(let stop): return "\(stop.rawValue) \(error.attempts)"
            }
        }
    }
}
