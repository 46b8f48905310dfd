/// A pattern that is nothing but a text, perhaps tied to an end: found without a machine, in linear time (Knuth, Morris
/// and Pratt).
struct Literal: Sendable {
    let bytes: [UInt8]
    let atStart: Bool
    let atEnd: Bool
    /// For each prefix the length of its longest proper border.
    private let borders: [Int]

    /// - Returns: `nil` when the pattern is more than a text.
    init?(_ node: Node) {
        var nodes: [Node] =
            switch node {
            case .sequence(let nodes): nodes
            case .empty: []
            default: [node]
            }
        var (atStart, atEnd) = (false, false)
        if case .assertion(.textStart)? = nodes.first {
            atStart = true
            nodes.removeFirst()
        }
        if case .assertion(.textEnd)? = nodes.last {
            atEnd = true
            nodes.removeLast()
        }
        var bytes: [UInt8] = []
        for node in nodes {
            guard case .scalar(let value) = node, let scalar = Unicode.Scalar(value) else { return nil }
            bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
        self.bytes = bytes
        self.atStart = atStart
        self.atEnd = atEnd
        borders = Literal.borders(of: bytes)
    }

    private static func borders(of bytes: [UInt8]) -> [Int] {
        var borders = [Int](repeating: 0, count: bytes.count)
        var length = 0
        for index in bytes.indices.dropFirst() {
            while length > 0, bytes[index] != bytes[length] { length = borders[length - 1] }
            if bytes[index] == bytes[length] { length += 1 }
            borders[index] = length
        }
        return borders
    }

    /// Where the text first stands from `start` on.
    func first(in text: UTF8Text, from start: Int) -> Range<Int>? {
        let end = text.bytes.count
        if atStart || atEnd {
            let place = atStart ? 0 : max(start, end - bytes.count)
            guard place >= start, end - place >= bytes.count, !atEnd || place + bytes.count == end else { return nil }
            return text.bytes[place..<(place + bytes.count)].elementsEqual(bytes) ? place..<(place + bytes.count) : nil
        }
        guard !bytes.isEmpty else { return start..<start }
        var length = 0
        for index in start..<end {
            let byte = text.bytes[index]
            while length > 0, byte != bytes[length] { length = borders[length - 1] }
            if byte == bytes[length] { length += 1 }
            if length == bytes.count { return (index + 1 - length)..<(index + 1) }
        }
        return nil
    }
}
