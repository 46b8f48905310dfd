public import AirlockCore

/// The single line that shows how far something is. It only makes text: the caller writes it, to a terminal alone.
public struct ProgressDisplay: Sendable {
    /// Returns to the line's start and erases it (ECMA-48 EL).
    public static let erase = "\r\u{1B}[K"

    public var style: TerminalStyle

    public init(style: TerminalStyle) { self.style = style }

    /// The line, with the erasing sequence before it and never wider than the terminal.
    public func text(_ progress: Progress, elapsed: Duration) -> String {
        ProgressDisplay.erase + line(progress, elapsed: elapsed)
    }

    func line(_ progress: Progress, elapsed: Duration) -> String {
        let width = style.width ?? 80
        let time = style.usesUnicode ? elapsed.shortText : SafeText.ascii(elapsed.shortText)
        var parts: [String] = []
        if let fraction = progress.fraction, fraction.isFinite {
            let share = min(max(fraction, 0), 1)
            let percent = String(Int((share * 100).rounded(.down))).padded(to: 3, onTheLeft: true) + "%"
            parts.append(bar(share, width: min(24, max(4, width / 4))) + " " + percent)
        }
        let used = parts.reduce(0) { $0 + DisplayWidth.of($1) + 2 } + DisplayWidth.of(time) + 3
        if let message = progress.message, !message.isEmpty, used < width {
            // A message may hold megabytes; what could be seen is at most the terminal's width.
            parts.append(style.line(String(message.prefix(width))).shortened(to: width - used, mark: style.ellipsis))
        }
        return (parts + [time]).joined(separator: "  ")
    }

    private func bar(_ share: Double, width: Int) -> String {
        let bar = HorizontalBar(value: share, range: 0...1, width: width, usesUnicode: style.usesUnicode)
        return style.usesUnicode
            ? "▕" + bar.text.padded(to: width) + "▏" : "[" + bar.text.padded(to: width) + "]"
    }
}
