internal import AirlockCore
internal import GRDB

/// The properties of an import's events: their types, how often they occur on which events, and examples of their values.
///
/// Kept while the events go by, so that who asks for the fields of a large warehouse does not wait for a scan of it.
struct PropertyCensus {
    /// Counts by event are kept for so many names; of properties and events beyond, only the sums are.
    private static let maxCountedNames = 4096
    private static let maxCountedEvents = 512
    /// Of the first events all are looked at for examples, of the later ones every sixteenth.
    private static let sampledEvents = 2000
    private static let sampleInterval = 16

    private var names = ByteTable()
    private var totals: [Int64] = []
    private var isTyped: [Bool] = []
    private var examples: [ExampleSet] = []
    private var events = ByteTable()
    /// By event, then by property.
    private var counts: [[Int64]] = []
    private var seen = 0

    /// - Parameters:
    ///   - person: of the event.
    ///   - types: where types that are new go.
    ///   - detectsTypes: `false` where something else decides on them.
    mutating func add(_ draft: EventDraft, person: Int, types: inout PropertyTypes, detectsTypes: Bool) {
        seen &+= 1
        let isSampled = seen <= Self.sampledEvents || seen % Self.sampleInterval == 0
        let event = eventIndex(draft.event)
        for member in draft.members {
            let name: Int
            if names.count < PropertyTypes.maxNames {
                let (index, isNew) = names.insert(member.name)
                if isNew {
                    totals.append(0)
                    isTyped.append(types.isKnown(.event, member.name.string))
                    if index < Self.maxCountedNames { examples.append(ExampleSet()) }
                }
                name = index
            } else {
                guard let index = names.index(of: member.name) else { continue }
                name = index
            }
            totals[name] &+= 1
            if let event, name < Self.maxCountedNames {
                if counts[event].count <= name {
                    counts[event].append(contentsOf: repeatElement(0, count: name + 1 - counts[event].count))
                }
                counts[event][name] &+= 1
            }
            if !isTyped[name], detectsTypes {
                isTyped[name] = types.observe(.event, member, at: draft.timestamp)
            }
            if isSampled, name < examples.count { examples[name].add(member, person: person) }
        }
    }

    private mutating func eventIndex(_ name: Bytes) -> Int? {
        guard events.count < Self.maxCountedEvents else { return events.index(of: name) }
        let (index, isNew) = events.insert(name)
        if isNew { counts.append([]) }
        return index
    }

    /// Adds everything to the tables, and begins anew.
    mutating func store(_ db: Database) throws {
        let totalsInsertion = try BulkStatement(
            db,
            """
            INSERT INTO property_statistics (scope, name, count, example) VALUES ('event', ?, ?, ?)
            ON CONFLICT (scope, name) DO UPDATE SET
                count = count + excluded.count, example = coalesce(example, excluded.example)
            """)
        for name in 0..<names.count {
            try totalsInsertion.bind(totals[name], at: 2)
            try totalsInsertion.bind(name < examples.count ? examples[name].best : nil, at: 3)
            // The key has to stay where it is until the statement ran.
            try names.withKey(name) { key in
                try totalsInsertion.bind(key, at: 1)
                try totalsInsertion.run()
            }
        }
        let pairInsertion = try BulkStatement(
            db,
            """
            INSERT INTO event_properties (event, property, count) VALUES (?, ?, ?)
            ON CONFLICT (event, property) DO UPDATE SET count = count + excluded.count
            """)
        for (event, row) in counts.enumerated() {
            for (name, count) in row.enumerated() where count > 0 {
                try events.withKey(event) { event in
                    try names.withKey(name) { name in
                        try pairInsertion.bind(event, at: 1)
                        try pairInsertion.bind(name, at: 2)
                        try pairInsertion.bind(count, at: 3)
                        try pairInsertion.run()
                    }
                }
            }
        }
        self = PropertyCensus()
    }
}

/// A few values of a property, of which only those that at least two persons share may be shown: what only one has may say
/// who it is.
private struct ExampleSet {
    private struct Candidate {
        var hash: UInt64
        var person: Int
        var count = 1
        var isShared = false
        var text: String
    }

    private static let maxCandidates = 12
    private static let maxBytes = 60
    private var candidates: [Candidate] = []
    private var next = 0

    mutating func add(_ member: JSONMember, person: Int) {
        switch member.kind {
        case .bool, .number: break
        case .string: if member.value.count == 2 { return }
        case .null, .array, .object: return
        }
        guard member.value.count <= Self.maxBytes + 2 else { return }
        let hash = ByteTable.hash(member.value, seed: 0)
        for index in candidates.indices where candidates[index].hash == hash {
            candidates[index].count &+= 1
            if candidates[index].person != person { candidates[index].isShared = true }
            return
        }
        let candidate = Candidate(hash: hash, person: person, text: member.value.string)
        if candidates.count < Self.maxCandidates {
            candidates.append(candidate)
        } else {
            // A value that nobody else had so far makes room, in turn.
            next = (next + 1) % Self.maxCandidates
            if !candidates[next].isShared { candidates[next] = candidate }
        }
    }

    /// The JSON of the most frequent value that may be shown.
    var best: String? {
        var best: Candidate?
        for candidate in candidates where candidate.isShared && candidate.count > best?.count ?? 0 { best = candidate }
        return best?.text
    }
}
