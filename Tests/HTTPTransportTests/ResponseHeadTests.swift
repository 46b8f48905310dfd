import Testing

@testable import HTTPTransport

@Suite struct ResponseHeadTests {
    private func read(_ lines: [String], maxBytes: Int = 1000) -> (ResponseHeadReader, ResponseHeadReader.Step) {
        var (reader, step) = (ResponseHeadReader(maxBytes: maxBytes), ResponseHeadReader.Step.more)
        for line in lines {
            step = Array(line.utf8).withUnsafeBytes { reader.take($0) }
            if step == .tooLarge || step == .malformed { break }
        }
        return (reader, step)
    }

    @Test func readsAHead() {
        let (reader, step) = read(["HTTP/2 200 \r\n", "A:b\r\n", "a: \t c \t\r\n", "B:\r\n", " folded\r\n", "\r\n"])
        #expect(step == .complete)
        #expect(reader.status == 200)
        #expect(reader.headers.fields.map { "\($0.name)=\($0.value.revealed)" } == ["A=b", "a=c", "B= folded"])
    }

    @Test func dropsTrailersEvenThoseThatLookLikeAHead() {
        let (reader, step) = read(["HTTP/1.1 200 OK\r\n", "\r\n", "HTTP/1.1 500 No\r\n", "X: 1\r\n", "\r\n"])
        #expect(step == .more)
        #expect(reader.status == 200 && reader.headers.isEmpty && reader.isComplete)
    }

    @Test(arguments: [
        ["A: b\r\n"], ["\r\n"], ["HTTP/1.1 20 OK\r\n"], ["HTTP/1.1 2000 OK\r\n"], ["HTTP/1.1 abc\r\n"],
        ["HTTP/1.1\r\n"],
        ["HTTP/1.1 099 OK\r\n"], ["HTTP/1.1 600 OK\r\n"], ["HTTP/1.1 200 OK\r\n", "none\r\n"],
        ["HTTP/1.1 200 OK\r\n", ": b\r\n"], ["HTTP/1.1 101 OK\r\n", "\r\n"],
    ])
    func refuses(lines: [String]) {
        #expect(read(lines).1 == .malformed)
    }

    @Test func countsEveryLine() {
        #expect(read(["HTTP/1.1 200 OK\r\n", "\r\n"], maxBytes: 19).1 == .complete)
        #expect(read(["HTTP/1.1 200 OK\r\n", "\r\n"], maxBytes: 18).1 == .tooLarge)
        #expect(read(["HTTP/1.1 100 OK\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "\r\n"], maxBytes: 37).1 == .tooLarge)
        #expect(read(["HTTP/1.1 200 OK\r\n", "\r\n", "X: 1\r\n"], maxBytes: 20).1 == .tooLarge)
    }
}
