internal import AirlockCore
internal import LocalWarehouse

extension PostHogAPI {
    /// `/batch/`, `/capture/`, `/i/v0/e/` and their other names, and `/i/v1/analytics/events`.
    func capture(_ request: Request) async throws(APIError) -> HTTPResponse {
        guard request.method == "POST" else {
            if request.method == "OPTIONS" { return HTTPResponse(status: 200) }
            throw APIError(text: 405, "")
        }
        switch request.path {
        case ["i", "v1", "analytics", "events"]: return try await captureV1(request)
        case ["batch"], ["capture"], ["e"], ["track"], ["engage"], ["i", "v0", "e"], ["i", "v0", "ai", "batch"]: break
        default: throw .endpointNotFound
        }
        guard let json = request.json else { throw APIError(text: 400, "failed to parse request: EOF while parsing") }
        let reader = CaptureReader(serverNow: now, token: options.projectToken)
        let lines = try reader.lines(json, isFromQuery: request.parameter("token") ?? request.parameter("api_key"))
        try await keep(lines)
        return .json(200, ["status": "Ok"])
    }

    func keep(_ lines: [[UInt8]]) async throws(APIError) {
        do throws(AirlockError) {
            try await intake.accept(lines)
        } catch {
            throw APIError(text: 503, "transient error, please retry")
        }
    }

    /// Events with results of their own: one that is bad does not keep the others out.
    private func captureV1(_ request: Request) async throws(APIError) -> HTTPResponse {
        guard let token = try bearer(request) else { throw APIError(text: 401, "event submitted without an api_key") }
        guard Self.same(token, options.projectToken) else {
            throw APIError(text: 401, "API key is not valid: unknown token")
        }
        for name in ["posthog-sdk-info", "posthog-attempt", "posthog-request-id", "posthog-request-timestamp"] {
            guard request.http.header(name) != nil else { throw APIError(text: 400, "missing header: \(name)") }
        }
        guard let batch = request.json?["batch"]?.arrayValue else {
            throw APIError(text: 400, "failed to parse request: missing field `batch`")
        }
        guard !batch.isEmpty else { throw APIError(text: 400, "request holds no event") }
        let reader = CaptureReader(serverNow: now, token: options.projectToken)
        let sentAt = request.json?["created_at"]?.stringValue.flatMap(Instant.read)
        var (results, lines) = (JSONObject(), [[UInt8]]())
        for event in batch {
            guard let uuid = event["uuid"]?.stringValue.flatMap(UUIDText.canonical) else {
                throw APIError(text: 400, "failed to parse request: missing field `uuid`")
            }
            do throws(APIError) {
                lines.append(
                    try reader.lineV1(event, sentAt: sentAt, sdk: request.http.header("posthog-sdk-info") ?? ""))
                results[uuid] = ["result": "ok"]
            } catch {
                let text = String(decoding: error.response.body, as: UTF8.self)
                results[uuid] = ["result": "drop", "details": .string(text)]
            }
        }
        try await keep(lines)
        return .json(200, ["results": .object(results)])
    }
}
