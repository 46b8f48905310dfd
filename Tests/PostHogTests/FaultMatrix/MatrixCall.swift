import AirlockCore
import DriverKit

@testable import PostHog

/// A kind of call, and what it asks of the driver.
struct MatrixCall: Sendable {
    var name: String
    /// The requests that the fault hits.
    var path: String
    var isEvents = false
    var isIngestion = false
    var hasPages = false
    /// Whether the query is polled.
    var isPolled = false
    var make: @Sendable (PostHogDriver) async throws -> String

    static let options = QueryOptions(timeout: .seconds(120))

    private static func query(_ driver: PostHogDriver) async throws -> String {
        let reply = try await driver.prepare("SELECT event FROM events LIMIT 1", values: [:]).run(options)
        return reply.table.rows.count == 1 ? "answered" : "\(reply.table.rows.count) rows"
    }

    private static func flag(_ driver: PostHogDriver, _ mode: JSONValue) async throws -> String {
        let answer = try await driver.call(
            "evaluate_flag", params: ["key": "beta", "distinct_id": "d", "mode": mode], options: options)
        let place = answer["evaluated"] == "local" ? "here" : "there"
        return "\(answer["enabled"] == true ? "on" : "off"), \(place)"
    }

    static let all: [MatrixCall] = [
        MatrixCall(name: "query", path: "/api/projects/*/query/", make: query),
        MatrixCall(name: "query, polling", path: "/api/projects/*/query/*/", isPolled: true, make: query),
        MatrixCall(name: "names of events", path: "*/event_definitions/") { driver in
            try await driver.names(of: .event).isEmpty ? "none" : "answered"
        },
        MatrixCall(name: "get_fields", path: "/api/projects/*/query/") { driver in
            try await driver.fields(of: "groups").isEmpty ? "none" : "answered"
        },
        MatrixCall(name: "get_cohorts", path: "*/cohorts/", hasPages: true) { driver in
            let answer = try await driver.call("get_cohorts", params: ["limit": 1000], options: options)
            return "\(answer["results"]?.arrayValue?.count ?? 0) cohorts"
        },
        MatrixCall(name: "create_annotation", path: "*/annotations/") { driver in
            _ = try await driver.call("create_annotation", params: ["content": "x"], options: options)
            return "made"
        },
        MatrixCall(name: "evaluate_flag, there", path: "/flags/", isIngestion: true) { try await flag($0, "remote") },
        MatrixCall(name: "evaluate_flag, here", path: "*/local_evaluation/") { try await flag($0, "auto") },
        MatrixCall(name: "capture", path: "/batch/", isEvents: true, isIngestion: true) { driver in
            let events: [JSONValue] = (0..<3).map {
                ["event": "matrix", "distinct_id": "d", "properties": ["n": .int($0)]]
            }
            _ = try await driver.call("capture_batch", params: ["events": .array(events)], options: options)
            let report = await driver.flush(within: .seconds(120))
            let counts = [(report.sent, "sent"), (report.refused, "refused"), (report.pending, "wait")]
            let said = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
            return report.obstacle.map { "\(said): \(MatrixCell.words($0))" } ?? said
        },
    ]

    /// Whether a request is one that the fault hits, by its path.
    func isHit(_ requestPath: String) -> Bool {
        if name.hasPrefix("query") || name == "get_fields" {
            return requestPath.hasSuffix("/query/") != isPolled && requestPath.contains("/query/")
        }
        return requestPath.hasSuffix(path.filter { $0 != "*" })
    }

    func suits(_ fault: MatrixFault) -> Bool {
        if fault.isForLists { return hasPages }
        if fault.isForEvents { return isIngestion }
        return true
    }
}
