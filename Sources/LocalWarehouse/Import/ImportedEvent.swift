internal import AirlockCore

/// An event as an input file gives it, checked, before it becomes a row.
struct ImportedEvent {
    /// Given, or made from the content.
    var uuid: String
    /// Whether a second event of the same content counts as another event: see ``CSVEventReader``.
    var keepsRepetitions = false
    var event: String
    var timestamp: Int64
    var distinctID: String
    /// `nil` when the file names none.
    var personID: String?
    var properties: JSONObject
    var createdAt: Int64?
    var sessionID: String?
    var windowID: String?
    /// By index; at most five.
    var groups: [String?] = []
    /// `$groups`: the keys by type name, for types without a known index.
    var groupKeys: [(type: String, key: String)] = []
    var person = PersonChange()
    var group: GroupChange?
    /// The other distinct id of `$identify`, `$create_alias` and `$merge_dangerously`.
    var merged: String?
}

/// What an event says about its person.
struct PersonChange {
    /// All properties of the person at the event's time.
    var properties: JSONObject?
    var set: JSONObject?
    var setOnce: JSONObject?
    /// Names of properties that are taken away.
    var unset: [String] = []
    var isIdentified: Bool?
    var createdAt: Int64?
}

/// What a `$groupidentify` event says about a group.
struct GroupChange {
    var type: String
    var key: String
    var set: JSONObject
}

/// Why a record is no event: a few words without a final stop.
struct Rejection: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}
