import AirlockCore
import Reporting

/// An error with the status the command ends with.
struct CommandFailure: Error {
    var error: AirlockError
    var status: RunStatus
    /// The lines at fault, fit to be shown to a person.
    var excerpt: [String] = []

    init(_ error: AirlockError, status: RunStatus) {
        self.error = error
        self.status = status
    }

    /// The error for a person: what, where, the single faults, what to do.
    func text(_ style: TerminalStyle) -> String {
        let lines = error.description.split(separator: "\n").map(String.init)
        let message = lines.prefix(1).map { "error: " + $0 }
        let shown = (message + excerpt.map { "    " + $0 } + lines.dropFirst()).joined(separator: "\n")
        return SafeText.block(shown, asciiOnly: !style.usesUnicode) + "\n"
    }

    /// The status that the error's kind implies. A file that cannot be read is one that the caller named wrongly; where
    /// a file cannot be written, the other initialiser says so.
    init(_ error: AirlockError) {
        self.error = error
        status =
            switch error.code {
            case .upstreamFailed, .timedOut, .invalidData: .upstreamFailed
            case .cancelled: .cancelled
            case .isolationUnavailable, .interpreterUnavailable, .internalError: .internalError
            case .quotaExceeded: .quotaExceeded
            default: .invalid
            }
    }
}

/// Whoever read the standard output has gone, as `head` does. There is nobody to tell.
struct ClosedOutput: Error {
    /// What a shell shows for a process that SIGPIPE ended.
    static let exitCode: Int32 = 141
}
