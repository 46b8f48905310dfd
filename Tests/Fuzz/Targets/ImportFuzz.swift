import AirlockCore

@testable import LocalWarehouse

/// Files of events: a byte that says the format, and the file. However it is cut into reads, the same comes of it; the
/// quick reader of JSON lines agrees with the careful one.
enum ImportFuzz: FuzzTarget {
    static let name = "import"

    static func check(_ bytes: [UInt8]) throws(Complaint) {
        guard let format = bytes.first else { return }
        let file = Array(bytes.dropFirst())
        let delimiters: [UInt8: UInt8?] = [
            UInt8(ascii: "c"): nil, UInt8(ascii: ","): 0x2C, UInt8(ascii: ";"): 0x3B, UInt8(ascii: "t"): 0x09,
        ]
        if let delimiter = delimiters[format] {
            let map = ColumnMap([.init(.event, .constant("e")), .init(.distinctID, .column("id"))])
            try checkHoweverCut(file) { (source) throws(AirlockError) in
                try CSVEventReader(source, map: map, delimiter: delimiter, path: "events.csv")
            }
        } else {
            try checkHoweverCut(file) { JSONLinesReader($0) }
            for line in file.split(separator: 0x0A).prefix(16) { try checkQuickReader(Array(line)) }
        }
    }

    /// Hands out a file in pieces.
    private final class Pieces: ByteSource {
        private var rest: ArraySlice<UInt8>
        private var cuts: Cuts?
        private(set) var consumedBytes = 0

        init(_ file: [UInt8], cuts: Cuts?) {
            rest = file[...]
            self.cuts = cuts
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws(AirlockError) -> Int {
            let piece = rest.prefix(min(buffer.count, cuts?.next(upTo: 48) ?? buffer.count))
            buffer.copyBytes(from: piece)
            rest = rest.dropFirst(piece.count)
            consumedBytes += piece.count
            return piece.count
        }
    }

    private static func checkHoweverCut(
        _ file: [UInt8], _ open: (any ByteSource) throws(AirlockError) -> any EventReader
    ) throws(Complaint) {
        let whole = try course(of: Pieces(file, cuts: nil), file, open)
        let cut = try course(of: Pieces(file, cuts: Cuts(for: file)), file, open)
        try hold(whole == cut, "another course when the file is cut: \(whole) and \(cut)")
    }

    /// All that comes of a file, as text.
    private static func course(
        of source: Pieces, _ file: [UInt8], _ open: (any ByteSource) throws(AirlockError) -> any EventReader
    ) throws(Complaint) -> [String] {
        let lines = file.count { $0 == 0x0A } + 1
        let draft = EventDraft()
        var course: [String] = []
        do throws(AirlockError) {
            var reader = try open(source)
            while let record = try reader.next(into: draft) {
                switch record {
                case .event(let line): course.append("\(line): \(draft.summary)")
                case .rejected(let line, let reason, let text, _):
                    course.append("\(line): \(reason) \(text.count)")
                }
            }
            course += (reader.propertyTypes ?? []).map { "\($0.name) \($0.type)" }
        } catch {
            try ErrorRules.check(error, lines: lines)
            course.append(error.message)
        }
        try hold(course.count <= 2 * file.count + 1, "more records than bytes")
        return course
    }

    /// What the quick reader takes, the careful one takes too, and finds the same in it.
    private static func checkQuickReader(_ line: [UInt8]) throws(Complaint) {
        let draft = EventDraft()
        guard JSONEventReader.readQuickly(line, into: draft) else { return }
        let quick = draft.summary
        let event: ImportedEvent
        do throws(Rejection) {
            event = try JSONEventReader.read(line)
        } catch {
            throw Complaint("the quick reader takes what the careful one rejects: \(error.reason)")
        }
        draft.fill(event)
        try hold(draft.summary == quick, "read quickly: \(quick)\nread with care: \(draft.summary)")
    }
}

extension EventDraft {
    /// Objects by their canonical text: the two readers may write their members in another form.
    fileprivate var summary: String {
        func object(_ text: Bytes?) -> String {
            text.map { text in
                (try? JSONValue(json: Array(text))).map { String(decoding: $0.canonicalJSONBytes, as: UTF8.self) }
                    ?? "not JSON: \(text.string)"
            } ?? "-"
        }
        let texts = [uuid, event, distinctID].map(\.string)
        let optional = ([personID, sessionID, windowID, merged] + groups).map { $0?.string ?? "-" }
        let objects = [properties, personProperties, set, setOnce, unset].map(object)
        let names = members.map { "\($0.name.string) \($0.kind)" }.sorted()
        let times = [timestamp, createdAt ?? -1, personCreatedAt ?? -1].map(String.init)
        let flags = "\(keepsRepetitions) \(hasNoProfile) \(String(describing: isIdentified))"
        let keys = groupKeys.map { "\($0.type)=\($0.key)" }.sorted()
        let change = group.map { "\($0.type) \($0.key) \(JSONValue.object($0.set).json)" } ?? "-"
        return (texts + optional + objects + names + times + [flags] + keys + [change]).joined(separator: "|")
    }
}
