internal import AirlockCore

/// What stands at one place of an input file.
enum EventRecord {
    /// It is in the draft.
    case event(line: Int)
    case rejected(line: Int, reason: String, text: [UInt8], isCut: Bool)
}

/// A file's records, one after the other, in memory that does not grow with the file.
protocol EventReader {
    /// - Parameter draft: takes the event; good until the next call.
    /// - Returns: `nil` at the end.
    /// - Throws: what makes reading on pointless: a failing disk, a damaged gzip file.
    mutating func next(into draft: EventDraft) throws(AirlockError) -> EventRecord?

    var consumedBytes: Int { get }

    /// Types of event properties, where the whole file tells them; `nil` where a property's first value does.
    var propertyTypes: [(name: String, type: PropertyType)]? { get }
}

/// The events of a JSONL file.
struct JSONLinesReader: EventReader {
    private var lines: LineReader

    init(_ source: any ByteSource) { lines = LineReader(source) }

    var consumedBytes: Int { lines.consumedBytes }
    var propertyTypes: [(name: String, type: PropertyType)]? { nil }

    mutating func next(into draft: EventDraft) throws(AirlockError) -> EventRecord? {
        guard let line = try lines.next() else { return nil }
        if line.isTooLong {
            return .rejected(
                line: line.number, reason: "longer than \(ByteCount(RecordBuffer.defaultMaxRecordBytes))",
                text: line.bytes,
                isCut: true)
        }
        do throws(Rejection) {
            try JSONEventReader.read(line.bytes, into: draft)
            return .event(line: line.number)
        } catch {
            return .rejected(line: line.number, reason: error.reason, text: line.bytes, isCut: false)
        }
    }
}
