import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// One ad-hoc script under a profile.
struct ProfileRun {
    let result: JSONValue
    let exitCode: Int32

    init(
        _ script: String, profile: String, isolation: String = "full", limits: [String] = [], python: String? = nil,
        as identity: BuiltBinary.Identity = .own
    ) throws {
        let answer = try BuiltBinary(as: identity).run(
            ["exec", "-", "--format", "json", "--profile", profile, "--isolation", isolation]
                + limits.flatMap { ["--limit", $0] },
            input: script, environment: python.map { ["AIRLOCK_PYTHON": $0] } ?? [:])
        exitCode = answer.exitCode
        result = try answer.json()
    }

    var said: String { result["stdout"]?["text"]?.stringValue ?? "" }
    var status: String? { result["status"]?.stringValue }
    var limit: String? { result["limit"]?.stringValue }

    /// All there is to know when an expectation is not met.
    var facts: Comment {
        let members = ["status", "reason", "error", "stdout", "stderr", "usage"]
        return Comment(rawValue: members.map { "\($0): \(result[$0]?.json ?? "")" }.joined(separator: "\n"))
    }

    func layer(_ name: String) -> JSONValue? {
        result["isolation"]?["layers"]?.arrayValue?.first { $0["name"]?.stringValue == name }
    }
}
