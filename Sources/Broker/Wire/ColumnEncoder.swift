internal import AirlockCore

/// Writes one column of a table: `[…]`, or, where a long column has few different texts,
/// `{"values":[…],"at":[…]}`, the different ones and the place of each row's among them.
///
/// The short form is for the reader's sake more than for the bytes': it makes each text once instead of once in each
/// row.
struct ColumnEncoder {
    /// More different texts than this are written out. Python makes no objects for integers up to here.
    static let maxValues = 256
    /// In fewer rows nothing is to be gained.
    static let minRows = 256

    let rows: ArraySlice<[JSONValue]>
    let column: Int
    let maxBytes: Int

    /// - Returns: `false` as soon as there are more than `maxBytes`.
    func append(to bytes: inout [UInt8]) -> Bool {
        if rows.count >= Self.minRows, let index = TextIndex(rows, column) {
            bytes.append(contentsOf: "{\"values\":[".utf8)
            for (place, row) in index.firstRows.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                value(in: rows[row]).appendJSON(to: &bytes)
                if bytes.count > maxBytes { return false }
            }
            bytes.append(contentsOf: "],\"at\":[".utf8)
            index.appendPlaces(to: &bytes)
            bytes.append(contentsOf: "]}".utf8)
        } else {
            bytes.append(UInt8(ascii: "["))
            for (place, row) in rows.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                value(in: row).appendJSON(to: &bytes)
                if bytes.count > maxBytes { return false }
            }
            bytes.append(UInt8(ascii: "]"))
        }
        return bytes.count <= maxBytes
    }

    /// A driver's row that is too short must not bring the host down.
    private func value(in row: [JSONValue]) -> JSONValue { column < row.count ? row[column] : .null }
}

/// The different texts of a column, null among them, and which of them each row has.
private struct TextIndex {
    /// The first row of each.
    private(set) var firstRows: [Int] = []
    private var places: [UInt8] = []
    /// The texts' bytes, one after another, and where each ends.
    private var texts: [UInt8] = []
    private var ends: [Int] = []
    private var nullPlace: UInt8?
    /// An open hash table of places, plus one; 0 is free.
    private var slots = [UInt16](repeating: 0, count: TextIndex.slotCount)

    private static let slotCount = 1024
    /// Who chooses texts that all fall into one place has them written out.
    private static let maxProbes = 16

    /// - Returns: `nil` for a column with anything but texts and nulls, or with too many different ones.
    init?(_ rows: ArraySlice<[JSONValue]>, _ column: Int) {
        places.reserveCapacity(rows.count)
        for (row, values) in zip(rows.indices, rows) {
            guard column < values.count else { return nil }
            switch values[column] {
            case .string(var text):
                guard let place = text.withUTF8({ place(of: $0, row) }) else { return nil }
                places.append(place)
            case .null:
                if nullPlace == nil { nullPlace = add([], row) }
                guard let nullPlace else { return nil }
                places.append(nullPlace)
            default: return nil
            }
        }
    }

    private mutating func place(of text: UnsafeBufferPointer<UInt8>, _ row: Int) -> UInt8? {
        var slot = Int(truncatingIfNeeded: Self.hash(text)) & (Self.slotCount - 1)
        for _ in 0..<Self.maxProbes {
            guard slots[slot] > 0 else {
                guard let place = add(text, row) else { return nil }
                slots[slot] = UInt16(place) + 1
                return place
            }
            if isText(Int(slots[slot]) - 1, text) { return UInt8(slots[slot] - 1) }
            slot = (slot + 1) & (Self.slotCount - 1)
        }
        return nil
    }

    private mutating func add(_ text: some Collection<UInt8>, _ row: Int) -> UInt8? {
        guard firstRows.count < ColumnEncoder.maxValues else { return nil }
        firstRows.append(row)
        texts.append(contentsOf: text)
        ends.append(texts.count)
        return UInt8(firstRows.count - 1)
    }

    private func isText(_ place: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = place > 0 ? ends[place - 1] : 0
        guard ends[place] - start == text.count else { return false }
        return texts[start..<ends[place]].elementsEqual(text)
    }

    /// FNV-1a.
    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash ^ hash >> 32
    }

    func appendPlaces(to bytes: inout [UInt8]) {
        var isFirst = true
        for place in places {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            if place >= 100 { bytes.append(UInt8(ascii: "0") + place / 100) }
            if place >= 10 { bytes.append(UInt8(ascii: "0") + place / 10 % 10) }
            bytes.append(UInt8(ascii: "0") + place % 10)
        }
    }
}
