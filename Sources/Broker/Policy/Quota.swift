/// The kinds of breach that are counted, each on its own.
public enum Quota: String, Sendable, Hashable, CaseIterable {
    case calls
    case concurrentCalls = "concurrent_calls"
    case callTime = "call_time"
    case requestBytes = "request_bytes"
    case replyBytes = "reply_bytes"
    case rows
    case notifications
    case outputBytes = "output_bytes"
    case artifacts
    case logLines = "log_lines"
    /// Asked for a method, table, column or write that was not granted.
    case permissions
    case unknownMethods = "unknown_methods"
    /// Sent an output of a shape, size or name that is not admitted.
    case invalidNotifications = "invalid_notifications"
    /// Gave a second result.
    case results
}
