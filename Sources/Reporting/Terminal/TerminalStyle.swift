/// What the terminal, or whatever stands in its place, can show.
public struct TerminalStyle: Sendable, Hashable {
    /// Columns; `nil` when the output goes to a file or a pipe, where nothing is shortened.
    public var width: Int?
    /// Whether box drawing, blocks and any other non-ASCII text may be written.
    public var usesUnicode: Bool
    /// Whether ANSI colours and weights may be written.
    public var usesColor: Bool

    public init(width: Int?, usesUnicode: Bool = true, usesColor: Bool = false) {
        self.width = width
        self.usesUnicode = usesUnicode
        self.usesColor = usesColor
    }

    /// Decides as is customary: colour only on a terminal, unless `NO_COLOR` (no-color.org) is set or `TERM` is `dumb`;
    /// Unicode when the first set one of `LC_ALL`, `LC_CTYPE`, `LANG` names UTF-8; the width from the terminal, else
    /// from `COLUMNS`.
    ///
    /// - Parameters:
    ///   - variable: looks up an environment variable.
    ///   - isTerminal: whether the output is one.
    ///   - columns: what the terminal says of itself (`TIOCGWINSZ`).
    public init(environment variable: (String) -> String?, isTerminal: Bool, columns: Int?) {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty } ?? ""
        let charset = locale.lowercased().filter { $0 != "-" }
        usesUnicode = charset.hasSuffix("utf8") || charset.contains("utf8@")
        let term = variable("TERM") ?? ""
        usesColor = isTerminal && (variable("NO_COLOR") ?? "").isEmpty && term != "dumb" && !term.isEmpty
        let measured = columns.flatMap { $0 > 0 ? $0 : nil } ?? variable("COLUMNS").flatMap(Int.init)
        width = isTerminal ? min(max(measured ?? 80, 20), 1000) : nil
    }

    /// Columns for what has no natural width of its own.
    var chartWidth: Int { min(max(width ?? 80, 20), 120) }

    var ellipsis: String { usesUnicode ? "…" : "~" }
    var rule: String { usesUnicode ? "─" : "-" }
    var separator: String { usesUnicode ? "·" : "-" }

    func line(_ text: String) -> String { SafeText.line(text, asciiOnly: !usesUnicode) }
    func block(_ text: String) -> String { SafeText.block(text, asciiOnly: !usesUnicode) }

    func bold(_ text: String) -> String { paint(text, "1") }
    func dim(_ text: String) -> String { paint(text, "2") }
    func red(_ text: String) -> String { paint(text, "38;5;160") }
    func green(_ text: String) -> String { paint(text, "38;5;34") }

    /// Colours of middle lightness out of the 256, readable on a light and on a dark ground.
    private static let palette = [32, 172, 35, 168, 97, 37, 136, 67]

    func series(_ index: Int, _ text: String) -> String {
        paint(text, "38;5;\(TerminalStyle.palette[index % TerminalStyle.palette.count])")
    }

    private func paint(_ text: String, _ code: String) -> String {
        usesColor && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
