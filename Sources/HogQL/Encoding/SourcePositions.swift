/// The lines and columns of a text, looked up by byte. Columns are counted in characters, as ``location(of:in:)`` does.
struct SourcePositions {
    /// Of each line, the byte it begins at.
    private var lineStarts: [Int] = [0]
    /// Of each byte, the column of its character.
    private var columns: [Int32] = []

    init(_ text: String) {
        columns.reserveCapacity(text.utf8.count + 1)
        var column: Int32 = 1
        for character in text {
            for _ in 0..<character.utf8.count { columns.append(column) }
            column &+= 1
            if character.isNewline {
                lineStarts.append(columns.count)
                column = 1
            }
        }
        columns.append(column)
    }

    /// Line and column, from 1; `nil` for a range that no text stands behind.
    func place(of range: SourceRange) -> (line: Int, column: Int)? {
        guard range != .none, columns.indices.contains(range.lower) else { return nil }
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= range.lower { low = middle } else { high = middle }
        }
        return (low + 1, Int(columns[range.lower]))
    }
}
