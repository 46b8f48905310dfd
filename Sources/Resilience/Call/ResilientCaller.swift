internal import AirlockCore
internal import Synchronization

/// Makes calls to an upstream that may be slow, throttled, broken or away.
///
/// A call goes cache → identical call under way → attempts, and each attempt circuit breaker → rate limit → bulkhead.
/// Breaker and rate limit are asked first whether there is any point in waiting for a place, and count the attempt when
/// it has one: what the windows count is what is sent, and when it is sent.
public final class ResilientCaller<Value: Sendable>: Sendable {
    /// A value and what is to be said of it.
    struct Fetched: Sendable {
        var value: Value
        var sentAt: Duration
        var attempts: Int
    }

    let clock: any ResilienceClock
    private let random: @Sendable () -> Double
    private let budget: Mutex<RetryBudget>
    private let cache: Mutex<ResponseCache<Value>>
    private let flights: Coalescer<Result<Fetched, ResilienceError>>

    /// - Parameters:
    ///   - budget: bounds the retries of all calls.
    ///   - cache: the bounds of what is kept.
    ///   - clock: the groups' clock.
    ///   - random: evenly distributed from 0 up to 1.
    public init(
        budget: RetryBudget.Settings = RetryBudget.Settings(), cache: CacheSettings = CacheSettings(),
        clock: any ResilienceClock = SystemClock(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.clock = clock
        self.random = random
        self.budget = Mutex(RetryBudget(budget, now: clock.now))
        self.cache = Mutex(ResponseCache(cache))
        flights = Coalescer(clock: clock)
    }

    /// Answers a call.
    ///
    /// - Throws: why there is no answer, at the latest shortly after the call's deadline.
    public func call(_ call: ResilientCall<Value>) async throws(ResilienceError) -> ResilientReply<Value> {
        let start = clock.now
        let timeout = min(call.timeout ?? .longest, call.group.settings.retry.totalTimeout).bounded
        guard let key = call.key else {
            let fetched = try await fetch(call, by: start + timeout).get()
            return reply(fetched, .upstream, start)
        }
        if call.maximumAge > .zero {
            if let hit = cache.withLock({ $0.value(for: key, maximumAge: call.maximumAge, now: start) }) {
                tell(call, .cacheHit(age: hit.age))
                return ResilientReply(value: hit.value, age: hit.age, source: .cache, attempts: 0)
            }
            tell(call, .cacheMiss)
        }
        do throws(ResilienceError) {
            return call.coalesces
                ? try await shared(call, key, start, by: start + timeout)
                : reply(try await fetch(call, by: start + timeout).get(), .upstream, start)
        } catch {
            guard let staleIfError = call.staleIfError, error.isOutage,
                let hit = cache.withLock({ $0.value(for: key, maximumAge: staleIfError, now: clock.now) })
            else { throw error }
            tell(call, .cacheStale(age: hit.age))
            return ResilientReply(
                value: hit.value, age: hit.age, source: .stale, attempts: error.attempts, failure: error)
        }
    }

    /// The answer of an identical call that is under way, or else of this one.
    private func shared(
        _ call: ResilientCall<Value>, _ key: CacheKey, _ start: Duration, by deadline: Duration
    ) async throws(ResilienceError) -> ResilientReply<Value> {
        while true {
            let (output, joined) = await flights.run(key, by: deadline) { [self] in await fetch(call, by: deadline) }
            if joined { tell(call, .coalesced) }
            switch output {
            case .success(let fetched)?: return reply(fetched, joined ? .coalesced : .upstream, start)
            // The other had less time than this one has.
            case .failure(let error)? where joined && error.isLackOfTime && clock.now < deadline: continue
            case .failure(let error)?: throw error
            case nil:
                throw ResilienceError(Task.isCancelled ? .cancelled : .deadline, group: call.group.name, attempts: 0)
            }
        }
    }

    /// Forgets all answers, as after a write whose reach is unknown.
    public func forgetAnswers() { cache.withLock { $0.removeAll() } }

    /// What the cache holds.
    public var cached: (entries: Int, bytes: Int) { cache.withLock { ($0.count, $0.weight.bytes) } }

    private func reply(
        _ fetched: Fetched, _ source: ResilientReply<Value>.Source, _ start: Duration
    ) -> ResilientReply<Value> {
        ResilientReply(
            value: fetched.value, age: max(start - fetched.sentAt, .zero), source: source, attempts: fetched.attempts)
    }

    /// Attempts until one succeeds or no other is due, and keeps the value.
    private func fetch(_ call: ResilientCall<Value>, by deadline: Duration) async -> Result<Fetched, ResilienceError> {
        let result = await attempts(call, by: deadline)
        if case .success(let fetched) = result, let key = call.key {
            let bytes = call.weigh(fetched.value)
            let evicted = cache.withLock {
                $0.store(fetched.value, bytes: bytes, for: key, fetchedAt: fetched.sentAt)
            }
            if evicted > 0 { tell(call, .cacheEvicted(entries: evicted)) }
        }
        return result
    }

    private func attempts(
        _ call: ResilientCall<Value>, by deadline: Duration
    ) async -> Result<Fetched, ResilienceError> {
        var made = 0
        var last: (any Error)?
        func end(_ reason: ResilienceError.Reason) -> Result<Fetched, ResilienceError> {
            .failure(ResilienceError(reason, group: call.group.name, attempts: made, cause: last))
        }
        while true {
            let outcome = await attempt(call, number: made + 1, by: deadline)
            switch outcome {
            case .refused(let reason): return end(reason)
            case .succeeded(let value, let sentAt):
                made += 1
                if made == 1 { recordCall() }
                return .success(Fetched(value: value, sentAt: sentAt, attempts: made))
            case .failed(let error, let failure):
                made += 1
                if made == 1 { recordCall() }
                last = error
                switch decide(call, attempts: made, failure, deadline) {
                case .giveUp(let stop):
                    tell(call, .gaveUp(stop, attempts: made))
                    return end(.failed(stop))
                case .wait(let wait):
                    tell(call, .retry(after: made, wait: wait))
                    do { try await clock.sleep(until: clock.now + wait) } catch { return end(.cancelled) }
                }
            }
        }
    }

    private func recordCall() { budget.withLock { $0.recordCall(now: clock.now) } }

    /// Decides, and takes a retry out of the budget if there is to be one.
    private func decide(
        _ call: ResilientCall<Value>, attempts: Int, _ failure: Failure, _ deadline: Duration
    ) -> RetryDecision {
        let number = random()
        return budget.withLock { budget in
            let now = clock.now
            let question = RetryQuestion(
                attempts: attempts, failure: failure, isRepeatable: call.isRepeatable, timeLeft: deadline - now,
                isBudgeted: budget.isAvailable(now: now), random: number)
            let decision = call.group.settings.retry.decide(question)
            guard case .wait(let wait) = decision else { return decision }
            // Waiting for an attempt that will be refused helps nobody.
            if call.group.breaker?.refusal(in: wait) != nil { return .giveUp(.circuitOpen) }
            return budget.withdraw(now: now) ? decision : .giveUp(.budget)
        }
    }

    func tell(_ call: ResilientCall<Value>, _ kind: ResilienceEvent.Kind) {
        call.group.observer.observe(
            ResilienceEvent(group: call.group.name, call: call.name, at: clock.now, kind: kind))
    }
}
