import Testing

@testable import LocalWarehouse

@Suite struct LineReaderTests {
    @Test(arguments: [1, 2, 7, Int.max])
    func numbersLinesAndSkipsBlankOnes(piece: Int) throws {
        let text = "\u{FEFF}one\r\n\n  \ntwo\n\r\nthree"
        var reader = LineReader(BytesSource(Array(text.utf8), piece: piece))
        var lines: [String] = []
        while let line = try reader.next() {
            lines.append("\(line.number):\(String(decoding: line.bytes, as: UTF8.self))")
        }
        #expect(lines == ["1:one", "4:two", "6:three"])
    }

    @Test(arguments: [1, 100, 5000, Int.max])
    func aLongLineIsSkippedAndTheNextIsRead(piece: Int) throws {
        let long = [UInt8](repeating: 0x61, count: 4001)
        var reader = LineReader(
            BytesSource(Array("a\n".utf8) + long + Array("\nb".utf8), piece: piece), maxLineBytes: 4000)
        #expect(try reader.next()?.bytes == [0x61])
        let line = try #require(try reader.next())
        #expect(line.isTooLong && line.number == 2 && long.starts(with: line.bytes))
        #expect(try reader.next()?.number == 3)
        #expect(try reader.next() == nil)
    }
}
