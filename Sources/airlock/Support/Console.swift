import AirlockCore
import Glibc
import Reporting

/// Where a command's document goes, and what it says beside it.
struct Console: Sendable {
    /// Standard output, for what is not a command's document.
    static let standard = Console(path: nil, isQuiet: false)

    /// The file given with `-o`; `nil` for standard output.
    var path: String?
    var isQuiet: Bool

    init(path: String?, isQuiet: Bool) {
        self.path = path == "-" ? nil : path
        self.isQuiet = isQuiet
    }

    var isOutputTerminal: Bool { path == nil && isatty(STDOUT_FILENO) == 1 }
    var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    var outputStyle: TerminalStyle {
        guard path == nil else { return TerminalStyle(width: nil) }
        return Self.style(of: STDOUT_FILENO, isTerminal: isOutputTerminal)
    }

    var errorStyle: TerminalStyle { Self.style(of: STDERR_FILENO, isTerminal: isErrorTerminal) }

    private static func style(of descriptor: Int32, isTerminal: Bool) -> TerminalStyle {
        var size = winsize()
        let columns = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : nil
        return TerminalStyle(environment: Environment.value, isTerminal: isTerminal, columns: columns)
    }

    /// Writes a document whole.
    ///
    /// - Throws: ``ClosedOutput``; a ``CommandFailure`` with status `internal_error` where it cannot be written.
    func write(_ document: String) throws {
        guard let path else { return try Self.write(document, to: STDOUT_FILENO) }
        try AtomicFile.write(Array(document.utf8), to: path)
    }

    /// The same for data that is not made for a terminal: on one, it is made harmless first.
    func write(data document: String) throws {
        try write(isOutputTerminal ? SafeText.block(document) : document)
    }

    /// Writes to standard error what is worth saying; nothing with `--quiet`.
    func note(_ text: String) { if !isQuiet { say(text) } }

    /// Writes to standard error. What cannot be said there can be said nowhere, so failures are passed over.
    func say(_ text: String) { try? Self.write(text, to: STDERR_FILENO) }

    static func write(_ text: String, to descriptor: Int32) throws {
        var text = text
        let failure: Int32 = text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count >= 0 {
                    written += count
                } else if errno == EAGAIN {
                    // Another process made the terminal we share non-blocking.
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
        if failure == EPIPE { throw ClosedOutput() }
        guard failure == 0 else {
            throw CommandFailure(
                AirlockError(
                    .fileFailed, "the output cannot be written", hint: "Free some space, or give a file with -o.",
                    cause: systemText(failure)), status: .internalError)
        }
    }

    /// Whether nobody reads the standard output any more.
    static var isOutputClosed: Bool {
        var state = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&state, 1, 0) > 0 && Int32(state.revents) & POLLERR != 0
    }
}

/// What the system says about an error number.
func systemText(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
