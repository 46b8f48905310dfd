import AirlockCore
import PostHog

/// What became of one call under one fault.
struct MatrixCell: Sendable {
    var outcome: String
    var requests: Int
    var time: Duration
    /// For events, what became of them.
    var report = CaptureReport()

    var text: String { "\(outcome) | \(requests) | \(time == .zero ? "0" : time.shortText)" }

    /// An error, as the table has it: without what differs from machine to machine.
    static func words(_ error: AirlockError) -> String {
        let sentence = error.message.split(separator: " ").map { word -> String in
            guard word.contains("127.0.0.1") else { return String(word) }
            return "PostHog" + (word.hasSuffix(",") ? "," : "")
        }
        return "`\(error.code.rawValue)`: \(sentence.joined(separator: " "))"
    }
}
