internal import AirlockCore

extension JSONEventReader {
    /// Reads a line into a draft; see ``read(_:)`` for the shapes.
    ///
    /// Nearly all lines are read in one pass over their bytes. Whatever is out of the ordinary is left to ``read(_:)``, which
    /// also finds the words for what is wrong.
    static func read(_ line: [UInt8], into draft: EventDraft) throws(Rejection) {
        if !readQuickly(line, into: draft) { draft.fill(try read(line)) }
    }

    /// - Returns: `false` when the line has to be read with care.
    static func readQuickly(_ line: [UInt8], into draft: EventDraft) -> Bool {
        draft.reset()
        var scan = JSONScan(draft.arena.copy(line))
        guard scan.document(&draft.lineMembers) else { return false }
        var parts = LineParts()
        for member in draft.lineMembers {
            // Odd escapes and numbers are not checked by the scan.
            if member.form == .other, member.canonical(in: draft.arena) == nil { return false }
            guard parts.take(member) else { return false }
        }
        guard let event = parts.event, let distinctID = parts.distinctID, let timestamp = parts.timestamp else {
            return false
        }
        let uuid =
            parts.uuid
            ?? draft.arena.copy(NameBasedUUID.make(space: NameBasedUUID.events, name: line).utf8)
        guard isPlainID(uuid) else { return false }
        (draft.uuid, draft.event, draft.distinctID, draft.timestamp) = (uuid, event, distinctID, timestamp)
        draft.createdAt = parts.createdAt
        draft.personID = parts.personID
        if let person = parts.personID, !isPlainID(person) { return false }
        draft.sessionID = parts.sessionID
        draft.windowID = parts.windowID
        guard readProperties(parts.properties, into: draft) else { return false }
        for (index, group) in parts.groups { draft.groups[index] = group }
        return readPerson(parts, into: draft)
    }

    private static func readProperties(_ member: JSONMember?, into draft: EventDraft) -> Bool {
        guard let member else {
            draft.properties = emptyObject
            return true
        }
        guard let text = member.canonical(in: draft.arena) else { return false }
        draft.properties = text
        var scan = JSONScan(text, checksNames: false)
        guard scan.document(&draft.members) else { return false }
        for member in draft.members {
            if member.name.contains(0x5C) { return false }
            // A name of PostHog's own, or what an alias event is about.
            guard member.name.first == 0x24 || member.name.isEqual(to: "alias"), member.kind != .null else { continue }
            guard readSpecial(member, into: draft) else { return false }
        }
        return true
    }

    /// A property that says more than itself.
    private static func readSpecial(_ member: JSONMember, into draft: EventDraft) -> Bool {
        let name = member.name
        if name.isEqual(to: "$session_id") {
            guard draft.sessionID == nil else { return true }
            draft.sessionID = member.plainText
            return draft.sessionID != nil
        }
        if name.isEqual(to: "$window_id") {
            guard draft.windowID == nil else { return true }
            draft.windowID = member.plainText
            return draft.windowID != nil
        }
        if name.isEqual(to: "$set") {
            draft.set = member.kind == .object ? member.value : nil
            return draft.set != nil
        }
        if name.isEqual(to: "$set_once") {
            draft.setOnce = member.kind == .object ? member.value : nil
            return draft.setOnce != nil
        }
        if name.isEqual(to: "$process_person_profile") {
            draft.hasNoProfile = member.kind == .bool && member.value.count == 5
            return true
        }
        return !isRare(name, draft.event)
    }

    /// Properties that only the careful reader understands.
    private static func isRare(_ name: Bytes, _ event: Bytes) -> Bool {
        switch name.count {
        case 5: event.isEqual(to: "$create_alias") || event.isEqual(to: "$merge_dangerously")
        case 6: name.isEqual(to: "$unset")
        case 7: name.isEqual(to: "$groups")
        case 8:
            // $group_0 to $group_4
            Bytes(rebasing: name[..<7]).isEqual(to: "$group_")
        case 10: name.isEqual(to: "$group_set") || name.isEqual(to: "$group_key")
        case 11: name.isEqual(to: "$group_type")
        case 17: name.isEqual(to: "$anon_distinct_id")
        default: false
        }
    }

    private static func readPerson(_ parts: LineParts, into draft: EventDraft) -> Bool {
        if draft.hasNoProfile {
            (draft.set, draft.setOnce) = (nil, nil)
            return true
        }
        if let set = parts.set, draft.set == nil {
            draft.set = set.canonical(in: draft.arena)
            if draft.set == nil { return false }
        }
        if let once = parts.setOnce, draft.setOnce == nil {
            draft.setOnce = once.canonical(in: draft.arena)
            if draft.setOnce == nil { return false }
        }
        if let properties = parts.personProperties {
            draft.personProperties = properties.canonical(in: draft.arena)
            if draft.personProperties == nil { return false }
        }
        (draft.isIdentified, draft.personCreatedAt) = (parts.isIdentified, parts.personCreatedAt)
        return true
    }

    /// A text that is no UUID, or one in lower case.
    private static func isPlainID(_ text: Bytes) -> Bool {
        text.count != 36 || !text.contains { (0x41...0x5A).contains($0) }
    }

    private static var emptyObject: Bytes { Bytes(start: ("{}" as StaticString).utf8Start, count: 2) }
}

/// What the members of a line are, where they are of the common kind.
private struct LineParts {
    var uuid: Bytes?
    var event: Bytes?
    var timestamp: Int64?
    var distinctID: Bytes?
    var properties: JSONMember?
    var createdAt: Int64?
    var personID: Bytes?
    var sessionID: Bytes?
    var windowID: Bytes?
    var groups: [(Int, Bytes)] = []
    var set: JSONMember?
    var setOnce: JSONMember?
    var personProperties: JSONMember?
    var isIdentified: Bool?
    var personCreatedAt: Int64?

    /// - Returns: `false` for a value that is not of the common kind.
    mutating func take(_ member: JSONMember) -> Bool {
        let name = member.name
        switch name.count {
        case 2: return !name.isEqual(to: "id")
        case 3: return name.isEqual(to: "set") ? Self.take(member, into: &set) : true
        case 4:
            if name.isEqual(to: "uuid") { return Self.take(member, into: &uuid) }
            return name.isEqual(to: "$set") ? Self.take(member, into: &set) : true
        case 5: return name.isEqual(to: "event") ? Self.take(member, into: &event) : true
        case 6: return name.isEqual(to: "person") ? takePerson(member) : !name.isEqual(to: "$unset")
        case 8: return name.isEqual(to: "set_once") ? Self.take(member, into: &setOnce) : takeGroup(member)
        case 9:
            if name.isEqual(to: "timestamp") { return Self.take(member, into: &timestamp) }
            if name.isEqual(to: "person_id") { return Self.take(member, into: &personID) }
            if name.isEqual(to: "window_id") { return Self.take(member, into: &windowID) }
            return name.isEqual(to: "$set_once") ? Self.take(member, into: &setOnce) : true
        case 10:
            if name.isEqual(to: "properties") { return Self.take(member, into: &properties) }
            if name.isEqual(to: "created_at") { return Self.take(member, into: &createdAt) }
            if name.isEqual(to: "$window_id") { return Self.take(member, into: &windowID) }
            return name.isEqual(to: "session_id") ? Self.take(member, into: &sessionID) : true
        case 11:
            if name.isEqual(to: "distinct_id") { return Self.take(member, into: &distinctID) }
            return name.isEqual(to: "$session_id") ? Self.take(member, into: &sessionID) : true
        case 17: return name.isEqual(to: "person_properties") ? Self.take(member, into: &personProperties) : true
        default: return true
        }
    }

    /// A text; null says as little as a missing member. Two members that say the same are for the careful reader.
    private static func take(_ member: JSONMember, into place: inout Bytes?) -> Bool {
        if member.kind == .null { return true }
        guard let text = member.plainText, place == nil else { return false }
        place = text
        return true
    }

    private static func take(_ member: JSONMember, into place: inout Int64?) -> Bool {
        if member.kind == .null { return true }
        guard let text = member.plainText, let instant = TimestampReader.read(text) else { return false }
        place = instant
        return true
    }

    private static func take(_ member: JSONMember, into place: inout JSONMember?) -> Bool {
        if member.kind == .null { return true }
        guard member.kind == .object, place == nil else { return false }
        place = member
        return true
    }

    private mutating func takeGroup(_ member: JSONMember) -> Bool {
        guard Bytes(rebasing: member.name[..<7]).isEqual(to: "$group_"), member.kind != .null else { return true }
        let index = Int(member.name[7]) - 0x30
        guard (0..<WarehouseWriter.maxGroupTypes).contains(index) else { return true }
        guard let text = member.plainText else { return false }
        groups.append((index, text))
        return true
    }

    /// `person` as the events API and our own export write it.
    private mutating func takePerson(_ member: JSONMember) -> Bool {
        if member.kind == .null { return true }
        var members: [JSONMember] = []
        var scan = JSONScan(member.value)
        guard member.kind == .object, scan.document(&members) else { return false }
        for member in members {
            let isRead =
                if member.name.isEqual(to: "properties") {
                    Self.take(member, into: &personProperties)
                } else if member.name.isEqual(to: "created_at") {
                    Self.take(member, into: &personCreatedAt)
                } else if member.name.isEqual(to: "is_identified") {
                    takeTruth(member)
                } else {
                    !member.name.isEqual(to: "id") && !member.name.isEqual(to: "uuid")
                }
            if !isRead { return false }
        }
        return true
    }

    private mutating func takeTruth(_ member: JSONMember) -> Bool {
        if member.kind == .bool { isIdentified = member.value.count == 4 }
        return true
    }
}
