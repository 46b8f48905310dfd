internal import AirlockCore
internal import DriverKit
internal import HTTPTransport
internal import Resilience

extension PostHogClient {
    /// Asks a query and waits for its end.
    ///
    /// What may take longer than a request should is asked for asynchronously and polled, and cancelled at PostHog when
    /// its time is up or nobody waits any more.
    func ask(
        _ query: HogQLRequest, hasLimit: Bool, _ options: QueryOptions
    ) async throws(AirlockError) -> QueryReply {
        let isAsync = options.timeout > configuration.blockingTime
        let deadline = clock.now + options.timeout
        var request = PostHogRequest(
            name: "query", group: .queries, method: .post, path: "query/", packed: query.body(isAsync: isAsync),
            isRepeatable: true)
        request.isShared = !isAsync
        request.maximumAge = options.maximumAge
        request.timeout = options.timeout
        let reply = try await send(request)
        // A blocking answer has a status of null.
        guard let status = reply.value.body["query_status"], !status.isNull, status["complete"]?.boolValue != true
        else {
            return QueryReply(
                try QueryResults(Self.results(of: reply.value.body)), hasLimit: hasLimit, maxRows: options.maxRows,
                age: reply.age)
        }
        guard let id = status["id"]?.stringValue, !id.isEmpty else {
            throw AirlockError(.upstreamFailed, "PostHog queued the query without saying under which id")
        }
        let body = try await poll(id, by: deadline, timeout: options.timeout)
        return QueryReply(
            try QueryResults(Self.results(of: body)), hasLimit: hasLimit, maxRows: options.maxRows, age: .zero)
    }

    /// The results of an asynchronous query lie in its status.
    private static func results(of body: JSONValue) -> JSONValue {
        if let results = body["query_status"]?["results"], results.objectValue != nil { return results }
        return body
    }

    /// Waits 0.2 s at first and half as long again each time, up to 2 s: PostHog's own server looks as often.
    private func poll(
        _ id: String, by deadline: Duration, timeout: Duration
    ) async throws(AirlockError) -> JSONValue {
        var wait = Duration.milliseconds(200)
        let path = "query/\(PercentCoding.encoded(id))/"
        while true {
            do {
                try await clock.sleep(until: clock.now + wait)
            } catch {
                await cancelQuery(path)
                throw AirlockError(.cancelled, "the query was cancelled")
            }
            guard clock.now < deadline else {
                await cancelQuery(path)
                throw AirlockError(
                    .timedOut, "the query took longer than \(timeout.shortText)",
                    hint: "Ask for a shorter period, or give the call more time.")
            }
            var request = PostHogRequest(
                name: PostHogRequest.queryStatus, group: .objects, method: .get, path: path, isRepeatable: true)
            request.timeout = deadline - clock.now
            let body: JSONValue
            do throws(AirlockError) {
                body = try await send(request).value.body
            } catch {
                if error.code == .cancelled || error.code == .timedOut { await cancelQuery(path) }
                throw Self.explained(error)
            }
            guard let status = body["query_status"], !status.isNull else {
                throw AirlockError(.upstreamFailed, "PostHog's answer to query_status has no query_status")
            }
            if status["error"]?.boolValue == true {
                let message = status["error_message"]?.stringValue.flatMap(PostHogFault.presentable)
                throw AirlockError(.invalidQuery, "PostHog refuses the query: \(message ?? "without a reason")")
            }
            if status["complete"]?.boolValue == true { return body }
            wait = min(wait * 1.5, .seconds(2))
        }
    }

    /// A status that is gone is not "no rows".
    private static func explained(_ error: AirlockError) -> AirlockError {
        guard error.code == .unknownObject else { return error }
        return AirlockError(
            .upstreamFailed, "PostHog no longer knows the query that it was running",
            hint: "Its result expired or the server was restarted: run the query again.")
    }

    /// Best effort: the query runs into PostHog's own limit otherwise.
    private func cancelQuery(_ path: String) async {
        var request = PostHogRequest(
            name: "cancel_query", group: .objects, method: .delete, path: path, isRepeatable: true)
        request.timeout = .seconds(5)
        // Of its own, since the task that asked may be cancelled.
        let cancellation = Task(executorPreference: clock.taskExecutor) { [request] in _ = try? await self.send(request)
        }
        await cancellation.value
    }
}
