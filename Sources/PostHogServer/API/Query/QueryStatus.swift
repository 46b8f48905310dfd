internal import AirlockCore
internal import LocalWarehouse

extension PostHogAPI {
    func startQuery(_ id: String, _ kind: String, _ query: JSONObject) async throws(APIError) -> HTTPResponse {
        let job = await queries.start(id, at: Instant.text(now), keeping: options.queryStatusTime) {
            guard await self.queries.enter() else {
                let refusal = APIError.concurrency(self.options.concurrentQueries, team: self.options.projectID)
                return (.failure(refusal), Instant.text(self.now))
            }
            let outcome = await Self.result { () async throws(APIError) in try await self.answer(kind, query) }
            await self.queries.leave()
            return (outcome, Instant.text(self.now))
        }
        return .json(202, ["query_status": status(id, job, withResults: false)])
    }

    /// 202 while it runs; then 200, or 400 with the message.
    func queryStatus(_ id: String) async throws(APIError) -> HTTPResponse {
        guard let job = await queries.job(id) else {
            throw APIError(404, "invalid_request", "not_found", "Query \(id) not found for team \(options.projectID)")
        }
        let status = self.status(id, job, withResults: true)
        let code =
            switch job.outcome {
            case nil: 202
            case .success?: 200
            case .failure(let error)?: error.response.status < 500 ? 400 : 500
            }
        return .json(code, ["query_status": status])
    }

    func cancelQuery(_ id: String) async -> HTTPResponse {
        let isThere = await queries.cancel(id)
        return .json(200, ["message": .string(isThere ? "Query task revoked" : "Query not found")])
    }

    private func status(_ id: String, _ job: QueryDesk.Job, withResults: Bool) -> JSONValue {
        var status: JSONObject = [
            "id": .string(id), "team_id": .int(options.projectID), "query_async": true,
            "complete": .bool(job.outcome != nil && withResults), "error": false, "error_message": .null,
            "results": .null, "start_time": .string(job.startTime),
            "end_time": job.endTime.map(JSONValue.string) ?? .null,
            "expiration_time": .null, "task_id": .string(id), "pickup_time": .string(job.startTime),
            "query_progress": .null, "labels": .null, "insight_id": .null, "dashboard_id": .null,
        ]
        guard withResults else { return .object(status) }
        switch job.outcome {
        case nil: break
        case .success(let body)?: status["results"] = .object(body)
        case .failure(let error)?:
            status["error"] = true
            if error.response.status < 500 {
                let detail = (try? JSONValue(json: error.response.body))?["detail"]
                status["error_message"] = detail ?? .null
            }
        }
        return .object(status)
    }
}
