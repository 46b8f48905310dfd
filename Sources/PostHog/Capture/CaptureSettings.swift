public import AirlockCore
internal import EventSpool

/// How events are kept until PostHog has them, and how they are sent; every default is here.
public struct CaptureSettings: Sendable, Hashable {
    /// When an event is brought to the disk.
    public enum Sync: String, Sendable, Hashable, CaseIterable {
        /// Before it counts as accepted (fdatasync(2)): neither the process's end nor the machine's loses it.
        case always
        /// When the kernel gets to it: the machine's end loses the last seconds.
        case never
    }

    /// Where events wait, an absolute path; ``standardSpool(environment:)`` for one. Each project has a folder of its own
    /// below it. `nil`, the default: events cannot be captured.
    public var spool: String?
    public var sync = Sync.always
    /// Events that may wait; further ones are refused, and said to be. Default 1,000,000.
    public var maxPendingEvents = 1_000_000
    /// What may wait, in bytes. Default 512 MiB.
    public var maxPendingSize = ByteCount.mebibytes(512)
    /// An event's JSON; a larger one is refused. Default 900 KiB, as PostHog's own SDKs have it: PostHog takes 1 MiB.
    public var maxEventSize = ByteCount.kibibytes(900)
    /// Events in a request. Default 1,000.
    public var maxBatchEvents = 1000
    /// A request's body before it is compressed; one event may be larger. Default 4 MiB: PostHog takes 20 MB.
    public var maxBatchSize = ByteCount.mebibytes(4)
    /// Whether requests are compressed (gzip). Default true.
    public var compresses = true
    /// An event waits for others to share a request with for this long. Default 5 s.
    public var gathering = Duration.seconds(5)
    /// How long the end of a run or a process waits for what is not sent yet. Default 30 s. What remains stays on disk.
    public var flushTime = Duration.seconds(30)
    /// So many events refused one after the other, with none accepted between, are taken for a mistake that is not the
    /// events': sending stops, and the rest waits. Default 20.
    public var maxRefusalsInRow = 20

    public init() {}

    /// What is wrong with the values, each by its name under `pointer`.
    public func problems(under pointer: String = "") -> [Problem] {
        var found: [Problem] = []
        func require(_ holds: Bool, _ name: String, _ demand: String) {
            if !holds { found.append(Problem("setting", "\(name) \(demand)", pointer: "\(pointer)/\(name)")) }
        }
        require(spool.map { $0.hasPrefix("/") && !$0.utf8.contains(0) } ?? true, "spool", "must be an absolute path")
        require((1...100_000_000).contains(maxPendingEvents), "maxPendingEvents", "must be from 1 to 100,000,000")
        require((1 << 20...1 << 40).contains(maxPendingSize.bytes), "maxPendingSize", "must be from 1 MiB to 1 TiB")
        require((1024...1 << 20).contains(maxEventSize.bytes), "maxEventSize", "must be from 1 KiB to 1 MiB")
        require((1...100_000).contains(maxBatchEvents), "maxBatchEvents", "must be from 1 to 100,000")
        require((1024...20_000_000).contains(maxBatchSize.bytes), "maxBatchSize", "must be from 1 KiB to 20 MB")
        require(gathering >= .zero && gathering <= .seconds(3600), "gathering", "must be from 0 to 1 h")
        require(flushTime >= .zero && flushTime <= .seconds(86400), "flushTime", "must be from 0 to 1 d")
        require((1...1_000_000).contains(maxRefusalsInRow), "maxRefusalsInRow", "must be from 1 to 1,000,000")
        return found
    }

    var spoolSettings: SpoolSettings {
        var settings = SpoolSettings()
        settings.sync = sync == .always ? .always : .never
        settings.maxPendingRecords = maxPendingEvents
        settings.maxPendingSize = maxPendingSize
        return settings
    }
}

extension CaptureSettings {
    /// The spool's place by the XDG base directory specification: `XDG_STATE_HOME`, else `HOME`.
    public static func standardSpool(environment: [String: String]) -> String? {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/airlock/events" }
        if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.local/state/airlock/events" }
        return nil
    }
}
