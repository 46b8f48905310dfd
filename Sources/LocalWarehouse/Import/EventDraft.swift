internal import AirlockCore

/// An event on its way into the warehouse, as text that need not be copied.
///
/// One draft serves all events of an import; what it points to is valid until the next ``reset()``, and no longer than the
/// line it was read from.
final class EventDraft {
    var uuid = Bytes(start: nil, count: 0)
    /// Whether a second event of the same content counts as another event: see ``CSVEventReader``.
    var keepsRepetitions = false
    var event = Bytes(start: nil, count: 0)
    var timestamp: Int64 = 0
    var distinctID = Bytes(start: nil, count: 0)
    /// `nil` when the file names none.
    var personID: Bytes?
    /// JSON as ``JSONValue`` writes it.
    var properties = Bytes(start: nil, count: 0)
    /// The members of `properties`.
    var members: [JSONMember] = []
    var createdAt: Int64?
    var sessionID: Bytes?
    var windowID: Bytes?
    /// By index.
    var groups: [Bytes?] = Array(repeating: nil, count: WarehouseWriter.maxGroupTypes)
    /// `$groups`: the keys by type name, for types without a known index.
    var groupKeys: [(type: String, key: String)] = []
    /// What the event says about its person: objects as JSON text.
    var personProperties: Bytes?
    var set: Bytes?
    var setOnce: Bytes?
    /// `$unset`: a JSON list of names.
    var unset: Bytes?
    var isIdentified: Bool?
    var personCreatedAt: Int64?
    var group: GroupChange?
    /// Whether PostHog keeps no profile of whom the event is about; nothing is applied to the person then.
    var hasNoProfile = false
    /// The other distinct id of `$identify`, `$create_alias` and `$merge_dangerously`.
    var merged: Bytes?

    let arena = ByteArena()
    /// The members of the line's own object.
    var lineMembers: [JSONMember] = []

    func reset() {
        (keepsRepetitions, hasNoProfile) = (false, false)
        (personID, createdAt, sessionID, windowID) = (nil, nil, nil, nil)
        (personProperties, set, setOnce, unset, merged) = (nil, nil, nil, nil, nil)
        (isIdentified, personCreatedAt, group) = (nil, nil, nil)
        for index in groups.indices { groups[index] = nil }
        if !groupKeys.isEmpty { groupKeys.removeAll() }
        members.removeAll(keepingCapacity: true)
        lineMembers.removeAll(keepingCapacity: true)
        arena.removeAll()
    }

    /// Whether the event changes what is known of its person.
    var changesPerson: Bool {
        personProperties != nil || set != nil || setOnce != nil || unset != nil || isIdentified != nil
            || personCreatedAt != nil
    }

    /// Takes over what a careful reader, or a reader of another format, has found.
    func fill(_ event: ImportedEvent) {
        reset()
        uuid = arena.copy(event.uuid.utf8)
        keepsRepetitions = event.keepsRepetitions
        self.event = arena.copy(event.event.utf8)
        timestamp = event.timestamp
        distinctID = arena.copy(event.distinctID.utf8)
        personID = event.personID.map { arena.copy($0.utf8) }
        properties = arena.copy(JSONValue.object(event.properties).jsonBytes)
        readMembers()
        createdAt = event.createdAt
        sessionID = event.sessionID.map { arena.copy($0.utf8) }
        windowID = event.windowID.map { arena.copy($0.utf8) }
        for (index, group) in event.groups.prefix(groups.count).enumerated() {
            groups[index] = group.map { arena.copy($0.utf8) }
        }
        groupKeys = event.groupKeys
        fill(event.person)
        group = event.group
        merged = event.merged.map { arena.copy($0.utf8) }
    }

    func fill(_ change: PersonChange) {
        personProperties = change.properties.map { arena.copy(JSONValue.object($0).jsonBytes) }
        set = change.set.map { arena.copy(JSONValue.object($0).jsonBytes) }
        setOnce = change.setOnce.map { arena.copy(JSONValue.object($0).jsonBytes) }
        unset =
            change.unset.isEmpty
            ? nil : arena.copy(JSONValue.array(change.unset.map(JSONValue.string)).jsonBytes)
        isIdentified = change.isIdentified
        personCreatedAt = change.createdAt
    }

    func fill(_ row: EventRow) {
        reset()
        uuid = arena.copy(row.uuid.utf8)
        event = arena.copy(row.event.utf8)
        timestamp = row.timestamp
        distinctID = arena.copy(row.distinctID.utf8)
        personID = arena.copy(row.personID.utf8)
        properties = arena.copy(row.properties)
        readMembers()
        createdAt = row.createdAt
        sessionID = row.sessionID.map { arena.copy($0.utf8) }
        windowID = row.windowID.map { arena.copy($0.utf8) }
        for (index, group) in row.groups.prefix(groups.count).enumerated() {
            groups[index] = group.map { arena.copy($0.utf8) }
        }
    }

    /// The members of properties that are this program's own text.
    func readMembers() {
        members.removeAll(keepingCapacity: true)
        JSONMember.read(properties, into: &members, arena)
    }
}

extension JSONMember {
    /// The members of an object that ``JSONValue`` wrote.
    static func read(_ object: Bytes, into members: inout [JSONMember], _ arena: ByteArena) {
        var scan = JSONScan(object, checksNames: false)
        let first = members.count
        guard scan.document(&members) else {
            members.removeLast(members.count - first)
            return readDeep(object, into: &members, arena)
        }
        for index in first..<members.count where members[index].name.contains(0x5C) {
            let quoted = [0x22] + Array(members[index].name) + [0x22]
            if let name = (try? JSONValue(json: quoted))?.stringValue { members[index].name = arena.copy(name.utf8) }
        }
    }

    /// For objects that nest too deeply for the scan.
    private static func readDeep(_ object: Bytes, into members: inout [JSONMember], _ arena: ByteArena) {
        for (name, value) in (try? JSONValue(json: Array(object)))?.objectValue ?? JSONObject() {
            let kind: Kind =
                switch value {
                case .null: .null
                case .bool: .bool
                case .number: .number
                case .string: .string
                case .array: .array
                case .object: .object
                }
            members.append(
                JSONMember(
                    name: arena.copy(name.utf8), value: arena.copy(value.jsonBytes), kind: kind, form: .canonical))
        }
    }
}
