public import AirlockCore

/// Values by key with their age: the least recently used goes first when they weigh too much.
///
/// How old an answer may be is the asking caller's affair, so an entry has an age and no expiry of its own.
public struct ResponseCache<Value: Sendable>: Sendable {
    /// A value, and how long ago it was fetched.
    public struct Hit: Sendable {
        public var value: Value
        public var age: Duration
    }

    private struct Entry {
        var key: CacheKey
        var value: Value
        var bytes: Int
        var fetchedAt: Duration
        /// Towards the more recently used; -1 is none.
        var newer = -1
        var older = -1
    }

    public let settings: CacheSettings
    /// What all entries weigh, their overhead included.
    public private(set) var weight = ByteCount(0)
    private var slots: [Entry?] = []
    private var free: [Int] = []
    private var places: [CacheKey: Int] = [:]
    private var newest = -1
    private var oldest = -1

    public init(_ settings: CacheSettings = CacheSettings()) { self.settings = settings }

    public var count: Int { places.count }

    /// The value of `key`, if it is no older than `maximumAge`; it becomes the most recently used.
    public mutating func value(for key: CacheKey, maximumAge: Duration, now: Duration) -> Hit? {
        guard let place = places[key], let entry = slots[place] else { return nil }
        let age = max(now - entry.fetchedAt, .zero)
        if age > settings.longestAge {
            remove(at: place)
            return nil
        }
        guard age <= maximumAge else { return nil }
        unlink(place)
        link(place)
        return Hit(value: entry.value, age: age)
    }

    /// Keeps a value, unless a younger one of that key is there or it is too heavy.
    ///
    /// - Parameters:
    ///   - bytes: what it weighs.
    ///   - fetchedAt: when the upstream was asked for it: it is at least as old as that.
    /// - Returns: how many entries had to go for it.
    @discardableResult
    public mutating func store(_ value: Value, bytes: ByteCount, for key: CacheKey, fetchedAt: Duration) -> Int {
        let (weight, overflow) = max(bytes.bytes, 0).addingReportingOverflow(CacheSettings.entryOverhead.bytes)
        guard !overflow, bytes <= settings.maxEntryBytes, weight <= settings.maxBytes.bytes, settings.maxEntries > 0
        else { return 0 }
        if let place = places[key] {
            if let entry = slots[place], entry.fetchedAt > fetchedAt { return 0 }
            remove(at: place)
        }
        var evicted = 0
        while self.weight.bytes > settings.maxBytes.bytes - weight || count >= settings.maxEntries, oldest >= 0 {
            remove(at: oldest)
            evicted += 1
        }
        let entry = Entry(key: key, value: value, bytes: weight, fetchedAt: fetchedAt)
        let place: Int
        if let reused = free.popLast() {
            place = reused
            slots[place] = entry
        } else {
            place = slots.count
            slots.append(entry)
        }
        places[key] = place
        self.weight.bytes += weight
        link(place)
        return evicted
    }

    /// Forgets the value of `key`.
    public mutating func remove(_ key: CacheKey) {
        if let place = places[key] { remove(at: place) }
    }

    /// Forgets everything, as after a write whose reach is unknown.
    public mutating func removeAll() { self = ResponseCache(settings) }

    private mutating func remove(at place: Int) {
        unlink(place)
        guard let entry = slots[place] else { return }
        places[entry.key] = nil
        weight.bytes -= entry.bytes
        slots[place] = nil
        free.append(place)
    }

    private mutating func link(_ place: Int) {
        slots[place]?.older = newest
        slots[place]?.newer = -1
        if newest >= 0 { slots[newest]?.newer = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        guard let entry = slots[place] else { return }
        if entry.newer >= 0 { slots[entry.newer]?.older = entry.older } else { newest = entry.older }
        if entry.older >= 0 { slots[entry.older]?.newer = entry.newer } else { oldest = entry.newer }
    }
}
