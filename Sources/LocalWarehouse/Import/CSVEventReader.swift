internal import AirlockCore

/// The events of a CSV file, by a column mapping.
///
/// Two rows of the same content are two events: a table of days and customers says the same of two purchases. They get
/// different ids, the same ones at the next import of the file.
struct CSVEventReader: EventReader {
    private var reader: CSVReader
    private let header: [String]
    private let plan: [(target: ColumnMap.Target, source: Source)]
    private let event: Source
    private let timestamp: Source
    private let distinctID: Source
    private var kinds: [ColumnKind]

    private enum Source {
        case column(Int)
        case constant(String)
    }

    /// - Throws: `invalid_data` when the header does not fit the mapping.
    init(_ source: any ByteSource, map: ColumnMap, delimiter: UInt8?, path: String) throws(AirlockError) {
        reader = try CSVReader(source, delimiter: delimiter, path: path)
        let header = try Self.header(&reader, path: path)
        self.header = header
        kinds = Array(repeating: ColumnKind(), count: header.count)

        var sources: [ColumnMap.Target: Source] = [:]
        var order: [ColumnMap.Target] = []
        var used: Set<Int> = []
        var problems: [Problem] = []
        for entry in map.entries {
            order.append(entry.target)
            switch entry.source {
            case .constant(let text): sources[entry.target] = .constant(text)
            case .column(let name):
                if let index = header.firstIndex(of: name) {
                    sources[entry.target] = .column(index)
                    used.insert(index)
                } else {
                    problems.append(
                        Problem(
                            "unknown_column", "the file has no column '\(name)'",
                            allowed: .array(header.prefix(50).map(JSONValue.string)),
                            suggested: nearestName(to: name, in: header).map(JSONValue.string)))
                }
            }
        }
        // A column that bears the name of a part is that part, unless the mapping says otherwise.
        for (index, name) in header.enumerated() where !used.contains(index) {
            if let target = ColumnMap.Target(name: name), sources[target] == nil, !order.contains(target) {
                sources[target] = .column(index)
                order.append(target)
            } else {
                sources[.property(name)] = .column(index)
                order.append(.property(name))
            }
        }
        for target in [ColumnMap.Target.event, .timestamp, .distinctID] where !order.contains(target) {
            let near = nearestName(to: target.name, in: header)
            problems.append(
                Problem(
                    "missing_target", "no column gives the \(target.name)",
                    allowed: .array(header.prefix(50).map(JSONValue.string)), suggested: near.map(JSONValue.string)))
        }
        guard problems.isEmpty, let event = sources[.event], let timestamp = sources[.timestamp],
            let distinctID = sources[.distinctID]
        else {
            throw AirlockError(
                .invalidData, "the columns do not make events", at: .file(path, line: 1),
                hint: "Name them: --map timestamp=COLUMN --map distinct_id=COLUMN --map \"event='NAME'\"",
                problems: problems)
        }
        (self.event, self.timestamp, self.distinctID) = (event, timestamp, distinctID)
        plan = order.compactMap { target in sources[target].map { (target, $0) } }
    }

    var consumedBytes: Int { reader.consumedBytes }

    var propertyTypes: [(name: String, type: PropertyType)]? {
        plan.compactMap { target, source in
            guard case .property(let name) = target, case .column(let index) = source else { return nil }
            return kinds[index].type(of: name).map { (name, $0) }
        }
    }

    mutating func next(into draft: EventDraft) throws(AirlockError) -> EventRecord? {
        guard let record = try reader.next() else { return nil }
        switch record.fields {
        case .failure(let rejection):
            return .rejected(line: record.line, reason: rejection.reason, text: record.text, isCut: false)
        case .success(let fields):
            do throws(Rejection) {
                draft.fill(try event(fields))
                return .event(line: record.line)
            } catch {
                return .rejected(
                    line: record.line, reason: error.reason, text: Array(fields.joined(separator: ",").utf8),
                    isCut: false)
            }
        }
    }

    private static func header(_ reader: inout CSVReader, path: String) throws(AirlockError) -> [String] {
        guard let first = try reader.next() else {
            throw AirlockError(
                .invalidData, "the file is empty", at: .file(path), hint: "The first line must name the columns.")
        }
        guard case .success(let names) = first.fields else {
            throw AirlockError(
                .invalidData, "the first line does not name the columns", at: .file(path, line: first.line),
                hint: "Write a header line, or give the delimiter.")
        }
        let header = names.enumerated().map { index, name in
            let trimmed = name[...].trimmingSpaces
            return trimmed.isEmpty ? "column_\(index + 1)" : trimmed
        }
        var seen: Set<String> = []
        if let index = header.indices.first(where: { !seen.insert(header[$0]).inserted }) {
            throw AirlockError(
                .invalidData, "two columns are named '\(header[index])'", at: .file(path, line: 1),
                hint: "Give each column a name of its own.")
        }
        return header
    }

    private mutating func event(_ fields: [String]) throws(Rejection) -> ImportedEvent {
        guard fields.count == header.count else {
            throw Rejection("\(fields.count) fields where the header names \(header.count)")
        }
        let time = try required(timestamp, fields, "timestamp")
        guard let instant = TimestampReader.read(time) else {
            throw Rejection("the timestamp is not \(TimestampReader.expected)")
        }
        let name = try required(event, fields, "event")
        let distinct = try required(distinctID, fields, "distinct_id")
        var content = Array(name.utf8)
        for field in fields {
            content.append(0x1F)
            content.append(contentsOf: field.utf8)
        }
        var result = ImportedEvent(
            uuid: "", event: name, timestamp: instant, distinctID: distinct, properties: JSONObject())
        result.groups = Array(repeating: nil, count: 5)
        var person = JSONObject()
        for (target, source) in plan {
            try apply(target, source, fields, &result, &person)
        }
        if !person.isEmpty { result.person.set = person }
        if result.uuid.isEmpty {
            result.uuid = NameBasedUUID.make(space: NameBasedUUID.events, name: content)
            result.keepsRepetitions = true
        }
        return result
    }

    private mutating func apply(
        _ target: ColumnMap.Target, _ source: Source, _ fields: [String], _ event: inout ImportedEvent,
        _ person: inout JSONObject
    ) throws(Rejection) {
        let text = text(source, fields)
        if text.isEmpty { return }
        switch target {
        case .event, .timestamp, .distinctID: return
        case .uuid: event.uuid = NameBasedUUID.canonical(text) ?? text
        case .personID: event.personID = NameBasedUUID.canonical(text) ?? text
        case .sessionID: event.sessionID = text
        case .windowID: event.windowID = text
        case .createdAt:
            guard let instant = TimestampReader.read(text) else {
                throw Rejection("created_at is not \(TimestampReader.expected)")
            }
            event.createdAt = instant
        case .group(let index): event.groups[index] = text
        case .property(let name):
            event.properties[name] = CSVCell.value(text)
            if case .column(let index) = source { kinds[index].observe(text) }
        case .personProperty(let name): person[name] = CSVCell.value(text)
        }
    }

    private func text(_ source: Source, _ fields: [String]) -> String {
        switch source {
        case .column(let index): fields[index]
        case .constant(let text): text
        }
    }

    private func required(_ source: Source, _ fields: [String], _ name: String) throws(Rejection) -> String {
        let text = text(source, fields)
        guard !text.isEmpty else { throw Rejection("the \(name) is empty") }
        guard !text.utf8.contains(0) else { throw Rejection("the \(name) holds a NUL character") }
        return text
    }
}
