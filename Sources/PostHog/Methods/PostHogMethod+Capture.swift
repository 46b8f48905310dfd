internal import AirlockCore
internal import DriverKit

extension PostHogMethod {
    static let capture = [
        PostHogMethod(
            name: "capture_event", writes: true,
            params: ["event", "distinct_id", "properties", "timestamp", "uuid", "$set", "$set_once"]
        ) { driver, params, options throws(AirlockError) in
            let uuids = try await driver.capture([.object(params.values)], at: { _ in "" }, options)
            return ["status": "accepted", "uuid": uuids.first.map(JSONValue.string) ?? .null]
        },
        PostHogMethod(name: "capture_batch", writes: true, params: ["events"]) {
            driver, params, options throws(AirlockError) in
            guard let events = params.values["events"]?.arrayValue, !events.isEmpty, events.count <= maxEvents else {
                throw AirlockError(
                    .invalidArgument, "'events' of capture_batch has to be a list of 1 to \(maxEvents) events",
                    at: .argument("events"))
            }
            let uuids = try await driver.capture(events, at: { "/events/\($0)" }, options)
            return [
                "status": "accepted", "accepted": .int(uuids.count), "uuids": .array(uuids.map(JSONValue.string)),
            ]
        },
    ]

    static let maxEvents = 10_000
    /// Of what is wrong with a batch; the rest is counted.
    static let maxProblems = 50
}

extension PostHogDriver {
    /// Accepts events, all or none.
    ///
    /// - Throws: `invalid_argument` with what is wrong with which of them.
    func capture(
        _ values: [JSONValue], at pointer: (Int) -> String, _ options: QueryOptions
    ) async throws(AirlockError) -> [String] {
        var reader = eventReader
        var seen: [String: Int] = [:]
        var events: [CaptureEvent] = []
        var problems: [Problem] = []
        for (index, value) in values.enumerated() {
            guard let event = reader.event(value, at: pointer(index)) else { continue }
            if let first = seen.updateValue(index, forKey: event.uuid) {
                problems.append(
                    Problem(
                        "duplicate", "the uuid is that of event \(first), and PostHog would keep one of the two",
                        pointer: "\(pointer(index))/uuid"))
            }
            events.append(event)
        }
        problems = reader.problems + problems
        guard problems.isEmpty else {
            let more = problems.count - PostHogMethod.maxProblems
            throw AirlockError(
                .invalidArgument,
                "\(values.count == 1 ? "the event is" : "events are") not fit to be sent"
                    + (values.count > 1 ? "; none was accepted" : ""),
                hint: more > 0 ? "\(more) more problems are not shown." : "docs/posthog.md says what an event may be.",
                problems: Array(problems.prefix(PostHogMethod.maxProblems)))
        }
        try await accept(events, within: options.timeout)
        return events.map(\.uuid)
    }
}
