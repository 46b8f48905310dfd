package import AirlockCore

/// One line of the doctor's answer.
package struct Finding: Sendable, Hashable {
    package enum State: String, Sendable {
        case good
        /// Not there; `neededFor` says whether that matters.
        case missing
        /// There, and it does not work.
        case broken
        /// It works, and a careful host has it otherwise.
        case advice
    }

    /// A stable name: `namespaces`, `landlock`, `kernel.io_uring_disabled` …
    package var name: String
    package var state: State
    /// What was found, and why it is so.
    package var detail: String
    /// What to do about it on this host, as commands where there are some.
    package var remedy: String?
    /// The weakest level of isolation that cannot be had without it; `nil` where every level can.
    package var neededFor: IsolationReport.Level?

    package init(
        _ name: String, _ state: State, _ detail: String, remedy: String? = nil,
        neededFor: IsolationReport.Level? = nil
    ) {
        self.name = name
        self.state = state
        self.detail = detail
        self.remedy = remedy
        self.neededFor = neededFor
    }

    package init(_ name: String, _ error: AirlockError, neededFor: IsolationReport.Level? = nil) {
        let detail = [error.message, error.cause].compactMap { $0 }.joined(separator: ": ")
        self.init(name, .broken, detail, remedy: error.hint, neededFor: neededFor)
    }

    var isFault: Bool { state == .missing || state == .broken }
}
