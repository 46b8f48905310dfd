extension ResilientCaller {
    enum AttemptEnd: Sendable {
        case succeeded(Value, sentAt: Duration)
        case failed(any Error, Failure)
        /// No attempt was made, or nobody wants its outcome.
        case refused(ResilienceError.Reason)
    }

    /// One attempt, with what it has to wait for.
    func attempt(_ call: ResilientCall<Value>, number: Int, by deadline: Duration) async -> AttemptEnd {
        let group = call.group
        if Task.isCancelled { return .refused(.cancelled) }
        if let refusal = group.breaker?.refusal() { return refused(call, refusal) }
        if let limiter = group.limiter {
            let wait = limiter.wait(behind: group.bulkhead?.waiting ?? 0)
            if clock.now + wait > deadline { return refused(call, RateLimited(reason: .deadline, wait: wait)) }
        }
        guard let bulkhead = group.bulkhead else { return await admitted(call, number, deadline) }
        do throws(BulkheadFailure) {
            return try await bulkhead.run(by: deadline) { waited in
                if waited > .zero { tell(call, .bulkheadWaited(waited)) }
                return await admitted(call, number, deadline)
            }
        } catch {
            switch error {
            case .cancelled: return .refused(.cancelled)
            case .deadline:
                tell(call, .bulkheadRefused)
                return .refused(.deadline)
            case .full(let waiting):
                tell(call, .bulkheadRefused)
                return .refused(.busy(waiting: waiting))
            }
        }
    }

    /// The attempt has its place.
    private func admitted(_ call: ResilientCall<Value>, _ number: Int, _ deadline: Duration) async -> AttemptEnd {
        if let limiter = call.group.limiter {
            do throws(RateLimitFailure) {
                let waited = try await limiter.admit(by: deadline)
                if waited > .zero { tell(call, .rateLimitWaited(waited)) }
            } catch {
                guard case .refused(let limited) = error else { return .refused(.cancelled) }
                return refused(call, limited)
            }
        }
        guard let breaker = call.group.breaker else { return await send(call, number, deadline).end }
        let ticket: CircuitBreaker.Ticket
        do throws(CircuitOpen) { ticket = try breaker.admit() } catch { return refused(call, error) }
        let (end, outcome) = await send(call, number, deadline)
        breaker.record(outcome, of: ticket)
        return end
    }

    private func refused(_ call: ResilientCall<Value>, _ limited: RateLimited) -> AttemptEnd {
        tell(call, .rateLimitRefused(limited))
        return .refused(.rateLimited(limited))
    }

    private func refused(_ call: ResilientCall<Value>, _ open: CircuitOpen) -> AttemptEnd {
        tell(call, .breakerRefused(open))
        return .refused(.circuitOpen(open))
    }

    private func send(
        _ call: ResilientCall<Value>, _ number: Int, _ deadline: Duration
    ) async -> (end: AttemptEnd, outcome: BreakerOutcome) {
        let sentAt = clock.now
        let limit = min(deadline, sentAt + call.group.settings.retry.attemptTimeout.bounded)
        tell(call, .attemptBegan(number: number))
        let result = await result(of: call, Attempt(number: number, timeLeft: limit - sentAt), by: limit)
        let latency = clock.now - sentAt
        let error: any Error
        var failure: Failure
        switch result {
        case .success(let value)?:
            tell(call, .attemptSucceeded(number: number, latency: latency))
            return (.succeeded(value, sentAt: sentAt), .success)
        case _ where Task.isCancelled:
            tell(call, .attemptCancelled(number: number, latency: latency))
            return (.refused(.cancelled), .ignored)
        case .failure(let thrown)?: (error, failure) = (thrown, call.classify(thrown))
        case nil:
            let patience = call.group.breaker?.settings.patience ?? .zero
            let wasPatient = limit < deadline || latency >= patience
            error = AttemptTimeout(after: latency)
            failure = Failure(.transient, breaker: wasPatient ? .failure : .ignored)
            failure.name = "attempt_timeout"
        }
        tell(call, .attemptFailed(number: number, latency: latency, failure))
        if failure.kind == .throttled, let asked = failure.retryAfter, let limiter = call.group.limiter {
            limiter.pause(for: asked)
            tell(call, .rateLimitPaused(asked))
        }
        return (.failed(error, failure), failure.breaker)
    }

    /// - Returns: `nil` when its time was up.
    private func result(
        of call: ResilientCall<Value>, _ attempt: Attempt, by limit: Duration
    ) async -> Result<Value, any Error>? {
        let work = call.attempt
        guard call.keepsTime else {
            return await bounded(by: limit, on: clock) {
                do { return .success(try await work(attempt)) } catch { return .failure(error) }
            }
        }
        do {
            return .success(try await work(attempt))
        } catch {
            return clock.now < limit ? .failure(error) : nil
        }
    }
}
