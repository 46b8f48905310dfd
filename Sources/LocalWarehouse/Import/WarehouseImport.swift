public import AirlockCore
internal import GRDB

/// An import of an event file into a warehouse.
public struct WarehouseImport: Sendable {
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// By the file's name (`.csv`, `.tsv`, `.jsonl`, `.json`, `.ndjson`, each also `.gz`), else by its first character.
        case automatic
        case jsonl
        case csv
    }

    /// The file to read, gzip or not; `-` is standard input.
    public var input: String
    /// The warehouse to make or to add to.
    public var target: String
    public var format: Format
    /// For CSV.
    public var columns: ColumnMap
    /// For CSV, one ASCII character; `nil` to find it out.
    public var delimiter: Character?
    /// Types that are not to be detected.
    public var definitions: PropertyDefinitions

    public init(
        input: String, target: String, format: Format = .automatic, columns: ColumnMap = ColumnMap(),
        delimiter: Character? = nil, definitions: PropertyDefinitions = PropertyDefinitions()
    ) {
        self.input = input
        self.target = target
        self.format = format
        self.columns = columns
        self.delimiter = delimiter
        self.definitions = definitions
    }

    /// Imports, in memory that does not grow with the file.
    ///
    /// Records that are no event are counted and kept aside; they are no error, unless nothing else was found. When the
    /// import fails or the surrounding task is cancelled, the target is as it was and no file is left behind.
    ///
    /// - Parameter progress: called now and then, on the importing thread.
    /// - Throws: `invalid_argument`, `invalid_data`, `file_failed`, `cancelled`.
    public func run(
        progress: (@Sendable (ImportProgress) -> Void)? = nil
    ) async throws(AirlockError) -> ImportReport {
        try await BlockingWork.run { cancellation throws(AirlockError) in
            try self.run(cancellation: cancellation, progress: progress)
        }
    }
}

extension WarehouseImport {
    /// After this many records without an event the file is taken for something else.
    private static var hopelessRecords: Int { 1000 }
    private static var recordsBetweenReports: Int { 512 }

    func run(
        cancellation: Cancellation, progress: (@Sendable (ImportProgress) -> Void)? = nil
    ) throws(AirlockError) -> ImportReport {
        let clock = ContinuousClock()
        let start = clock.now
        let file = try FileSource(path: input)
        let source: any ByteSource = try file.peek(2) == GzipSource.magic ? GzipSource(file) : file
        var reader = try reader(source, file)
        let rejected = RejectedLines(target: target)
        do {
            var report = try WarehouseUpdate.run(at: target, cancellation: cancellation) { db in
                let writer = try WarehouseWriter(db, definitions: definitions)
                var report = try copy(&reader, to: writer, rejected, cancellation) { events, isFinishing in
                    progress?(
                        ImportProgress(
                            bytesRead: file.consumedBytes, totalBytes: file.totalBytes, events: events,
                            isFinishing: isFinishing))
                }
                let outcome = try writer.finish {
                    if cancellation.isCancelled { throw WarehouseUpdate.cancelled }
                }
                (report.events, report.duplicates) = (outcome.events, outcome.duplicates)
                report.refusedMerges = outcome.refusedMerges
                report.persons = try Int.fetchOne(db, sql: "SELECT count(*) FROM persons") ?? 0
                report.sessions = try Int.fetchOne(db, sql: "SELECT count(*) FROM sessions") ?? 0
                report.rejectedPath = try rejected.publish()
                return report
            }
            report.rejected = rejected.count
            report.firstRejections = rejected.first
            report.inputBytes = file.consumedBytes
            report.time = clock.now - start
            return report
        } catch {
            rejected.withdraw()
            throw error
        }
    }

    private func reader(_ source: any ByteSource, _ file: FileSource) throws(AirlockError) -> any EventReader {
        if try isCSV(file) {
            var separator: UInt8?
            if let delimiter {
                guard let byte = delimiter.asciiValue, byte != 0x22, byte != 0x0A, byte != 0x0D else {
                    throw AirlockError(
                        .invalidArgument, "the delimiter must be one ASCII character that is no quote and no line end",
                        at: .argument("--delimiter"))
                }
                separator = byte
            }
            return try CSVEventReader(source, map: columns, delimiter: separator, path: input)
        }
        guard columns.entries.isEmpty else {
            throw AirlockError(
                .invalidArgument, "a column mapping is for CSV files, and this one is read as JSONL",
                at: .argument("--map"), hint: "Say so with --format csv when it is one.")
        }
        return JSONLinesReader(source)
    }

    private func isCSV(_ file: FileSource) throws(AirlockError) -> Bool {
        if format != .automatic { return format == .csv }
        var name = input.lowercased()
        if name.hasSuffix(".gz") { name.removeLast(3) }
        if name.hasSuffix(".csv") || name.hasSuffix(".tsv") { return true }
        if [".jsonl", ".ndjson", ".json"].contains(where: name.hasSuffix) { return false }
        let head = try file.peek(4096)
        if head.starts(with: GzipSource.magic) { return !columns.entries.isEmpty }
        let text = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head.dropFirst(3) : head[...]
        guard let first = text.first(where: { $0 > 0x20 }) else { return false }
        return first != UInt8(ascii: "{")
    }

    private func copy(
        _ reader: inout any EventReader, to writer: WarehouseWriter, _ rejected: RejectedLines,
        _ cancellation: Cancellation, report: (_ events: Int, _ isFinishing: Bool) -> Void
    ) throws -> ImportReport {
        var result = ImportReport()
        let draft = EventDraft()
        let detectsTypes = reader.propertyTypes == nil
        var records = 0
        while let record = try reader.next(into: draft) {
            switch record {
            case .rejected(let line, let reason, let text, let isCut):
                try rejected.add(line: line, reason: reason, text: text, isCut: isCut)
            case .event:
                if try writer.add(draft, detectsTypes: detectsTypes) { result.events += 1 }
            }
            records += 1
            if rejected.count == records, records == Self.hopelessRecords { break }
            if records % Self.recordsBetweenReports == 0 {
                report(result.events, false)
                if cancellation.isCancelled { throw WarehouseUpdate.cancelled }
            }
        }
        guard rejected.count < records else { throw nothingFound(rejected, records) }
        report(result.events, true)
        for (name, type) in reader.propertyTypes ?? [] { writer.define(.event, name, type) }
        return result
    }

    private func nothingFound(_ rejected: RejectedLines, _ records: Int) -> AirlockError {
        guard records > 0 else {
            return AirlockError(
                .invalidData, "the file holds no events", at: .file(input),
                hint: "Give a JSONL file with an event on each line, or a CSV file with a header.")
        }
        let extent = records == Self.hopelessRecords ? "the first \(records)" : "all \(records)"
        return AirlockError(
            .invalidData, "\(extent) records are no events; nothing was imported", at: .file(input),
            hint: "A line of JSONL needs event, timestamp and distinct_id; for CSV name the columns with --map.",
            problems: rejected.first.map { Problem("rejected", "\($0.reason): \($0.quote)", line: $0.line) })
    }
}
