import AirlockCore
import Reporting
import Synchronization

/// What is said on standard error while something goes on: a progress line, on a terminal only, and log lines above it.
final class StatusLine: Sendable {
    private struct State {
        var isShown = false
        var lastDrawn: ContinuousClock.Instant?
    }

    private static let interval = Duration.milliseconds(80)

    private let console: Console
    private let style: TerminalStyle
    private let showsProgress: Bool
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(_ console: Console) {
        self.console = console
        style = console.errorStyle
        showsProgress = console.isErrorTerminal && !console.isQuiet && Environment.value("TERM") != "dumb"
    }

    /// Shows how far it is; at most a dozen times a second, since a script may tell it in a tight loop.
    func show(_ progress: Progress) {
        guard showsProgress else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            if let last = state.lastDrawn, now - last < Self.interval { return }
            state.lastDrawn = now
            state.isShown = true
            console.say(ProgressDisplay(style: style).text(progress, elapsed: now - start))
        }
    }

    func log(_ line: LogLine) {
        guard !console.isQuiet || line.level == .error, line.level != .debug else { return }
        state.withLock { state in
            let text = style.usesUnicode ? SafeText.line(line.message) : SafeText.line(line.message, asciiOnly: true)
            console.say((state.isShown ? ProgressDisplay.erase : "") + "\(line.level.rawValue): \(text)\n")
            state.isShown = false
        }
    }

    /// Takes the progress line away.
    func clear() {
        state.withLock { state in
            if state.isShown { console.say(ProgressDisplay.erase) }
            state = State()
        }
    }
}
