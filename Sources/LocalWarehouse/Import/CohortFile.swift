internal import AirlockCore

/// Reads a file of cohorts; see ``CohortImport`` for its shapes.
struct CohortFile {
    /// Cohorts are lists made by somebody; a file beyond this is something else.
    static let maxMembers = 5_000_000
    private static let shownProblems = 20
    private static let shapes = """
        Write {"id": 7, "name": "Pilots", "distinct_ids": ["a", "b"]} on each line, or a CSV file with the columns \
        cohort_id, cohort_name and distinct_id or person_id.
        """

    let path: String

    func entries() throws(AirlockError) -> [CohortEntry] {
        let file = try FileSource(path: path)
        let isGzip = try file.peek(2) == GzipSource.magic
        let source: any ByteSource = isGzip ? try GzipSource(file) : file
        var name = path.lowercased()
        if name.hasSuffix(".gz") { name.removeLast(3) }
        let isNamedCSV = name.hasSuffix(".csv") || name.hasSuffix(".tsv")
        let first = isGzip ? nil : try file.peek(4096).first { $0 > 0x20 && $0 < 0x80 }
        return isNamedCSV || (first != nil && first != 0x7B) ? try csv(source) : try jsonLines(source)
    }

    private func failure(_ problems: [Problem]) -> AirlockError {
        AirlockError(
            .invalidData, "the cohorts cannot be read; nothing was imported", at: .file(path), hint: Self.shapes,
            problems: Array(problems.prefix(Self.shownProblems)))
    }

    /// Keeps what was read, unless it has become too much or nothing but problems.
    private func check(_ entries: [CohortEntry], _ members: Int, _ problems: [Problem]) throws(AirlockError) {
        guard problems.count < Self.shownProblems else { throw failure(problems) }
        guard members <= Self.maxMembers, entries.count <= Self.maxMembers else {
            throw AirlockError(
                .invalidData, "the file names more than \(Self.maxMembers) members", at: .file(path),
                hint: "Split it, a cohort to a file.")
        }
    }

    // MARK: - JSONL

    private func jsonLines(_ source: any ByteSource) throws(AirlockError) -> [CohortEntry] {
        var lines = LineReader(source)
        var (entries, problems, members) = ([CohortEntry](), [Problem](), 0)
        while let line = try lines.next() {
            do throws(Rejection) {
                guard !line.isTooLong else { throw Rejection("the line is too long") }
                let entry = try Self.entry(line.bytes)
                members += entry.distinctIDs.count + entry.personIDs.count
                entries.append(entry)
            } catch {
                problems.append(Problem("rejected", error.reason, line: line.number))
            }
            try check(entries, members, problems)
        }
        guard problems.isEmpty else { throw failure(problems) }
        guard !entries.isEmpty else { throw failure([Problem("empty", "the file holds no cohorts")]) }
        return entries
    }

    static func entry(_ line: [UInt8]) throws(Rejection) -> CohortEntry {
        let value: JSONValue
        do {
            value = try JSONValue(json: line)
        } catch {
            throw Rejection("not JSON: \(error.reason), at byte \(error.offset + 1)")
        }
        guard let object = value.objectValue else { throw Rejection("not an object but \(value.typeName)") }
        var entry = CohortEntry()
        entry.id = try id(object["cohort_id"] ?? object["id"])
        entry.name = try JSONEventReader.optionalText(object["cohort_name"] ?? object["name"], "name")
        entry.distinctIDs = try texts(object["distinct_ids"] ?? object["distinct_id"], "distinct_ids")
        entry.personIDs = try texts(object["person_ids"] ?? object["person_id"], "person_ids")
        guard entry.id != nil || entry.name != nil else { throw Rejection("neither 'id' nor 'name' says which cohort") }
        let hasMembers = ["distinct_ids", "distinct_id", "person_ids", "person_id"].contains { object[$0] != nil }
        guard hasMembers else { throw Rejection("no 'distinct_ids' or 'person_ids'") }
        return entry
    }

    private static func id(_ value: JSONValue?) throws(Rejection) -> Int64? {
        switch value {
        case nil, .null?: return nil
        case .number(let number)?: if let id = number.int64, id > 0 { return id }
        case .string(let text)?: if let id = Int64(text), id > 0 { return id }
        default: break
        }
        throw Rejection("the cohort's id is not a whole number from 1 on")
    }

    private static func texts(_ value: JSONValue?, _ name: String) throws(Rejection) -> [String] {
        guard let list = value?.arrayValue else {
            return try JSONEventReader.optionalText(value, name).map { [$0] } ?? []
        }
        var texts: [String] = []
        for element in list {
            guard let text = try JSONEventReader.optionalText(element, name) else {
                throw Rejection("'\(name)' holds an empty id")
            }
            texts.append(text)
        }
        return texts
    }

    // MARK: - CSV

    private func csv(_ source: any ByteSource) throws(AirlockError) -> [CohortEntry] {
        var reader = try CSVReader(source, delimiter: nil, path: path)
        guard let head = try reader.next(), case .success(let names) = head.fields else {
            throw failure([Problem("header", "the first line does not name the columns", line: 1)])
        }
        let header = names.map { $0[...].trimmingSpaces.lowercased() }
        func column(_ names: String...) -> Int? { names.lazy.compactMap { header.firstIndex(of: $0) }.first }
        let (id, name) = (column("cohort_id", "id"), column("cohort_name", "cohort", "name"))
        let (distinct, person) = (column("distinct_id"), column("person_id"))
        guard id != nil || name != nil, distinct != nil || person != nil else {
            throw failure([
                Problem(
                    "header", "the columns do not name a cohort and its members",
                    allowed: ["cohort_id", "cohort_name", "distinct_id", "person_id"], line: head.line)
            ])
        }
        var (entries, problems) = ([CohortEntry](), [Problem]())
        while let record = try reader.next() {
            do throws(Rejection) {
                let fields = try record.fields.get()
                guard fields.count == header.count else {
                    throw Rejection("\(fields.count) fields where the header names \(header.count)")
                }
                func field(_ index: Int?) -> String? { index.flatMap { fields[$0].isEmpty ? nil : fields[$0] } }
                var entry = CohortEntry(id: try Self.id(field(id).map(JSONValue.string)), name: field(name))
                if let member = field(distinct) { entry.distinctIDs = [member] }
                if let member = field(person), entry.distinctIDs.isEmpty { entry.personIDs = [member] }
                guard entry.id != nil || entry.name != nil else { throw Rejection("no cohort is named") }
                guard entry.distinctIDs != entry.personIDs else { throw Rejection("no member is named") }
                entries.append(entry)
            } catch {
                problems.append(Problem("rejected", error.reason, line: record.line))
            }
            try check(entries, entries.count, problems)
        }
        guard problems.isEmpty else { throw failure(problems) }
        guard !entries.isEmpty else { throw failure([Problem("empty", "the file holds no cohorts")]) }
        return entries
    }
}
