public import Logging

/// Writes each event as one line: JSON for machines, or text for people.
///
/// A line has the time (RFC 3339, UTC, milliseconds), the level, the logger and the message, and then the metadata in the
/// order of its names. Values are redacted and cut; a field whose name says that it is a secret shows no value. Numbers
/// and booleans given as `.stringConvertible` stay what they are; a `Duration` becomes milliseconds.
public struct LineLogHandler: LogHandler {
    /// A longer line loses fields, from its end; `cut` says so. Also what one write to a pipe keeps together.
    public static let maxLineBytes = 4096
    /// A longer value is cut.
    public static let maxValueBytes = 1024
    static let maxDepth = 4

    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel: Logger.Level
    private let label: String
    private let format: LogConfiguration.Format
    private let sink: LogSink
    private let unixTime: @Sendable () -> Duration

    /// - Parameters:
    ///   - label: the logger's.
    ///   - level: events below it are dropped.
    ///   - format: of the lines.
    ///   - sink: where they go.
    ///   - unixTime: the time since 1970-01-01T00:00:00Z; the machine's if not given.
    public init(
        label: String, level: Logger.Level, format: LogConfiguration.Format, sink: LogSink = .standardError,
        unixTime: (@Sendable () -> Duration)? = nil
    ) {
        self.label = label
        logLevel = level
        self.format = format
        self.sink = sink
        self.unixTime = unixTime ?? { UTCTime.now }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let own = event.metadata { fields.merge(own) { $1 } }
        if let error = event.error { fields["error"] = .string("\(error)") }
        let line = LogLine(
            time: UTCTime.text(unixTime()), level: event.level.rawValue, logger: label,
            message: event.message.description, fields: fields)
        sink.write(format == .json ? line.json : line.text)
    }
}
