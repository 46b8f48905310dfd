internal import AirlockCore

/// Reads TOML 1.0 (https://toml.io/en/v1.0.0). The first fault ends it.
struct TOMLParser {
    let bytes: [UInt8]
    var index = 0
    var tree = TOMLTree()

    /// Tables and arrays inside each other, implied ones included.
    static let maxDepth = 64

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func parse() throws(TOMLFault) {
        var table = (node: 0, depth: 0)
        while true {
            skipBlanks()
            switch current {
            case nil: return
            case 0x23, 0x0A, 0x0D: break
            case 0x5B: table = try header()
            default: try keyValue(into: table.node, depth: table.depth)
            }
            try endLine()
        }
    }

    // MARK: Characters

    var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    func byte(after count: Int) -> UInt8? { index + count < bytes.count ? bytes[index + count] : nil }

    func fault(_ reason: String, at offset: Int? = nil) -> TOMLFault {
        TOMLFault(reason: reason, offset: offset ?? index)
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        index += 1
        return true
    }

    mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x09 { index += 1 }
    }

    private mutating func takeLineBreak() -> Bool {
        if take(0x0A) { return true }
        guard current == 0x0D, byte(after: 1) == 0x0A else { return false }
        index += 2
        return true
    }

    private mutating func skipComment() throws(TOMLFault) {
        guard current == 0x23 else { return }
        while let byte = current, byte != 0x0A, !(byte == 0x0D && self.byte(after: 1) == 0x0A) {
            guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { throw fault("a control character in a comment") }
            index += 1
        }
    }

    private mutating func endLine() throws(TOMLFault) {
        skipBlanks()
        try skipComment()
        guard current == nil || takeLineBreak() else { throw fault("the end of the line was expected") }
    }

    /// Between the elements of an array: blanks, line breaks and comments.
    private mutating func skipGap() throws(TOMLFault) {
        repeat {
            skipBlanks()
            try skipComment()
        } while takeLineBreak()
    }

    // MARK: Keys and tables

    typealias Key = [(name: String, offset: Int)]

    /// `a.b."c d"`
    private mutating func key() throws(TOMLFault) -> Key {
        var parts: Key = []
        while true {
            skipBlanks()
            let start = index
            switch current {
            case 0x22: parts.append((try basicString(), start))
            case 0x27: parts.append((try literalString(), start))
            default:
                while let byte = current, Self.isBareKey(byte) { index += 1 }
                guard index > start else { throw fault("a key was expected") }
                parts.append((String(decoding: bytes[start..<index], as: UTF8.self), start))
            }
            guard parts.count <= Self.maxDepth else { throw tooDeep(at: start) }
            skipBlanks()
            guard take(0x2E) else { return parts }
        }
    }

    private static func isBareKey(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x2D || byte == 0x5F
    }

    func tooDeep(at offset: Int) -> TOMLFault {
        fault("more than \(Self.maxDepth) tables and arrays inside each other", at: offset)
    }

    /// `[a.b]` or `[[a.b]]`
    private mutating func header() throws(TOMLFault) -> (node: Int, depth: Int) {
        index += 1
        let isArray = take(0x5B)
        let path = try key()
        guard take(0x5D) else { throw fault("']' was expected") }
        if isArray, !take(0x5D) { throw fault("']]' was expected") }
        var (table, depth) = (0, path.count)
        for part in path.dropLast() {
            guard let member = tree.member(part.name, of: table) else {
                let implied = tree.add(.table([:], order: []), .implied, at: part.offset)
                tree.insert(implied, as: part.name, into: table)
                table = implied
                continue
            }
            switch tree.nodes[member].origin {
            case .tableArray:
                table = tree.lastElement(of: member) ?? member
                depth += 1
            case .implied, .header, .dotted: table = member
            case .inline, .value: throw fault("'\(part.name)' has a value already; it is no table", at: part.offset)
            }
        }
        guard depth < Self.maxDepth else { throw tooDeep(at: path.first?.offset ?? index) }
        guard let last = path.last else { throw fault("a key was expected") }
        return isArray
            ? (try appendedTable(last.name, last.offset, to: table), depth + 1)
            : (try definedTable(last.name, last.offset, in: table), depth)
    }

    private mutating func definedTable(_ name: String, _ offset: Int, in parent: Int) throws(TOMLFault) -> Int {
        guard let member = tree.member(name, of: parent) else {
            let table = tree.add(.table([:], order: []), .header, at: offset)
            tree.insert(table, as: name, into: parent)
            return table
        }
        guard tree.nodes[member].origin == .implied else { throw fault("'\(name)' is defined twice", at: offset) }
        tree.define(member, .header)
        return member
    }

    private mutating func appendedTable(_ name: String, _ offset: Int, to parent: Int) throws(TOMLFault) -> Int {
        let array: Int
        if let member = tree.member(name, of: parent) {
            guard tree.nodes[member].origin == .tableArray else {
                throw fault("'\(name)' is defined already, and not as an array of tables", at: offset)
            }
            array = member
        } else {
            array = tree.add(.array([]), .tableArray, at: offset)
            tree.insert(array, as: name, into: parent)
        }
        let table = tree.add(.table([:], order: []), .header, at: offset)
        tree.append(table, to: array)
        return table
    }

    /// `a.b = value`
    private mutating func keyValue(into table: Int, depth: Int) throws(TOMLFault) {
        let path = try key()
        guard let last = path.last else { throw fault("a key was expected") }
        guard take(0x3D) else { throw fault("'=' was expected") }
        var table = table
        for part in path.dropLast() {
            guard let member = tree.member(part.name, of: table) else {
                let dotted = tree.add(.table([:], order: []), .dotted, at: part.offset)
                tree.insert(dotted, as: part.name, into: table)
                table = dotted
                continue
            }
            guard tree.nodes[member].origin == .dotted || tree.nodes[member].origin == .implied else {
                throw fault("'\(part.name)' is defined already; a dotted key cannot add to it", at: part.offset)
            }
            table = member
        }
        guard tree.member(last.name, of: table) == nil else {
            throw fault("'\(last.name)' is defined twice", at: last.offset)
        }
        skipBlanks()
        let node = try value(depth: depth + path.count, at: last.offset)
        tree.insert(node, as: last.name, into: table)
    }

    // MARK: Values

    /// - Parameter place: where to say the value stands; `nil` for where it begins.
    private mutating func value(depth: Int, at place: Int?) throws(TOMLFault) -> Int {
        guard depth <= Self.maxDepth else { throw tooDeep(at: index) }
        let offset = place ?? index
        switch current {
        case 0x5B: return try array(depth: depth, at: offset)
        case 0x7B: return try inlineTable(depth: depth, at: offset)
        case 0x22:
            let isMultiline = byte(after: 1) == 0x22 && byte(after: 2) == 0x22
            let text = isMultiline ? try multilineBasicString() : try basicString()
            return tree.add(.value(.string(text)), .value, at: offset)
        case 0x27:
            let isMultiline = byte(after: 1) == 0x27 && byte(after: 2) == 0x27
            let text = isMultiline ? try multilineLiteralString() : try literalString()
            return tree.add(.value(.string(text)), .value, at: offset)
        default: return tree.add(.value(try plainValue()), .value, at: offset)
        }
    }

    private mutating func array(depth: Int, at offset: Int) throws(TOMLFault) -> Int {
        index += 1
        var elements: [Int] = []
        while true {
            try skipGap()
            if take(0x5D) { return tree.add(.array(elements), .inline, at: offset) }
            elements.append(try value(depth: depth + 1, at: nil))
            try skipGap()
            guard take(0x2C) || current == 0x5D else { throw fault("',' or ']' was expected") }
        }
    }

    private mutating func inlineTable(depth: Int, at offset: Int) throws(TOMLFault) -> Int {
        index += 1
        let table = tree.add(.table([:], order: []), .header, at: offset)
        skipBlanks()
        if !take(0x7D) {
            repeat { try keyValue(into: table, depth: depth) } while try takeSeparator()
        }
        tree.define(table, .inline)
        return table
    }

    /// After a member of an inline table: whether another follows.
    private mutating func takeSeparator() throws(TOMLFault) -> Bool {
        skipBlanks()
        if take(0x2C) { return true }
        if take(0x7D) { return false }
        let isLineEnd = current == 0x0A || current == 0x0D || current == 0x23
        throw fault(isLineEnd ? "a table in braces stands on one line" : "',' or '}' was expected")
    }
}
