/// What a script showed, in the order it showed it.
public enum RunOutput: Sendable, Hashable {
    case table(title: String?, Table)
    case chart(Chart)
    case markdown(String)
    case metric(name: String, value: JSONValue, unit: String?)
    case artifact(Artifact)
}

/// A chart over a table; the presenter decides how it is drawn.
public struct Chart: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case bar, line, area, scatter, histogram, heatmap
    }

    public var kind: Kind
    public var title: String?
    public var data: Table
    /// The column along the horizontal axis (for `bar`, the categories).
    public var x: String
    /// The columns drawn; at least one.
    public var y: [String]

    public init(kind: Kind, title: String? = nil, data: Table, x: String, y: [String]) {
        self.kind = kind
        self.title = title
        self.data = data
        self.x = x
        self.y = y
    }
}

/// A file a script hands out.
public struct Artifact: Sendable, Hashable {
    /// A plain file name: no separator, no leading dot, no control character.
    public var name: String
    /// An IANA media type, `text/csv`.
    public var mediaType: String
    public var bytes: [UInt8]

    public init(name: String, mediaType: String, bytes: [UInt8]) {
        self.name = name
        self.mediaType = mediaType
        self.bytes = bytes
    }
}

/// A line a script logged through `airlock.log`.
public struct LogLine: Sendable, Hashable {
    public enum Level: String, Sendable, Hashable, CaseIterable {
        case debug, info, warning, error
    }

    public var level: Level
    public var message: String
    /// Since the run's start.
    public var time: Duration

    public init(level: Level, message: String, time: Duration) {
        self.level = level
        self.message = message
        self.time = time
    }
}

/// How far a script says it is.
public struct Progress: Sendable, Hashable {
    /// 0 to 1; `nil` when the script does not know.
    public var fraction: Double?
    public var message: String?

    public init(fraction: Double?, message: String?) {
        self.fraction = fraction
        self.message = message
    }
}
