/// What makes the guest's stream unreadable or untrustworthy; it ends the run with `protocol_violation`.
struct Violation: Error, Equatable {
    /// In a few words, without any of the guest's bytes.
    var reason: String

    init(_ reason: String) { self.reason = reason }
}
