public import AirlockCore
public import Logging

/// What is logged, and in which form.
public struct LogConfiguration: Sendable, Hashable {
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// One line of JSON for each event.
        case json
        /// For people.
        case text
    }

    /// Events below it are dropped; `nil`, the default, drops all.
    public var level: Logger.Level?
    /// Default `text`.
    public var format: Format

    public init(level: Logger.Level? = nil, format: Format = .text) {
        self.level = level
        self.format = format
    }

    /// By flags, else by the environment, else the defaults.
    ///
    /// - Parameters:
    ///   - level: `--log-level`: `none`, or a level of swift-log.
    ///   - format: `--log-format`: `json` or `text`. A format alone asks for the level `info`.
    ///   - environment: a variable's value: `AIRLOCK_LOG` is the level, `AIRLOCK_LOG_FORMAT` the format.
    /// - Throws: `invalid_argument` that names the flag or variable and what it may be.
    public init(
        level: String? = nil, format: String? = nil, environment: (String) -> String?
    ) throws(AirlockError) {
        self.init()
        let formatText =
            Source("--log-format", format) ?? Source("AIRLOCK_LOG_FORMAT", environment("AIRLOCK_LOG_FORMAT"))
        let levelText = Source("--log-level", level) ?? Source("AIRLOCK_LOG", environment("AIRLOCK_LOG"))
        if let formatText {
            guard let known = Format(rawValue: formatText.value) else {
                throw Self.unknown(formatText, Format.allCases.map(\.rawValue))
            }
            self.format = known
        }
        switch levelText {
        case nil: self.level = format?.isEmpty == false ? .info : nil
        case let source? where source.value == "none": break
        case let source?:
            guard let known = Logger.Level(rawValue: source.value) else {
                throw Self.unknown(source, Logger.Level.allCases.map(\.rawValue) + ["none"])
            }
            self.level = known
        }
    }

    private struct Source {
        var name: String
        var value: String

        init?(_ name: String, _ value: String?) {
            guard let value, !value.isEmpty else { return nil }
            self.name = name
            self.value = value.lowercased()
        }
    }

    private static func unknown(_ source: Source, _ allowed: [String]) -> AirlockError {
        let nearest = nearestName(to: source.value, in: allowed).map { "Did you mean '\($0)'? " } ?? ""
        return AirlockError(
            .invalidArgument, "\(source.name) is not one of its values", at: .argument(source.name),
            hint: "\(nearest)It is one of \(allowed.joined(separator: ", ")).")
    }

    /// A logger that writes to standard error; one that does nothing where nothing is to be logged.
    public func logger(label: String) -> Logger {
        guard let level else { return Logger(label: label, factory: { _ in SwiftLogNoOpLogHandler() }) }
        return Logger(label: label, factory: { [format] in LineLogHandler(label: $0, level: level, format: format) })
    }
}
