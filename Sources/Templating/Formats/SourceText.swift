/// A place in a text, both from 1; the column counts Unicode scalars.
package struct SourcePosition: Hashable, Sendable {
    package var line: Int
    package var column: Int
}

/// The lines of a text as Python counts them: `\n`, `\r\n` and a lone `\r` each end one.
struct LineIndex: Sendable {
    private let bytes: [UInt8]
    /// Where each line starts.
    let starts: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        for (index, byte) in bytes.enumerated() {
            let endsLine = byte == 0x0A || (byte == 0x0D && !(index + 1 < bytes.count && bytes[index + 1] == 0x0A))
            if endsLine { starts.append(index + 1) }
        }
        self.starts = starts
    }

    /// How many lines there are; a text that ends with a line break has no empty line after it.
    var lineCount: Int {
        guard let last = starts.last else { return 0 }
        return last == bytes.count ? starts.count - 1 : starts.count
    }

    /// The bytes of a line, from 0, without its line break.
    func line(_ index: Int) -> ArraySlice<UInt8> {
        var end = index + 1 < starts.count ? starts[index + 1] : bytes.count
        while end > starts[index], bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        return bytes[starts[index]..<end]
    }

    func position(of offset: Int) -> SourcePosition {
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        let before = bytes[starts[low]..<min(max(offset, starts[low]), bytes.count)]
        // A scalar has exactly one byte that is not a continuation byte.
        return SourcePosition(line: low + 1, column: before.count { $0 & 0xC0 != 0x80 } + 1)
    }
}
