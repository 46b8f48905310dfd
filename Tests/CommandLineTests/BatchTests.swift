import AirlockCore
import Foundation
import Templating
import Testing

@testable import airlock

/// A file that goes with the test.
private final class ShortFile {
    let path = NSTemporaryDirectory() + "/airlock-batch-\(getpid())-\(UInt32.random(in: .min ... .max)).jsonl"

    init(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

    deinit { unlink(path) }

    var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}

@Suite struct LineReaderTests {
    private func lines(_ text: String, maxBytes: Int) throws -> [LineReader.Line] {
        let file = try ShortFile(text)
        var reader = try LineReader(file.path, maxBytes: maxBytes)
        var lines: [LineReader.Line] = []
        while let line = try reader.next() { lines.append(line) }
        return lines
    }

    @Test func linesEndAtLineFeeds() throws {
        let lines = try lines("ab\n\ncd", maxBytes: 10)
        #expect(lines.map { String(decoding: $0.bytes, as: UTF8.self) } == ["ab", "", "cd"])
        #expect(lines.map(\.number) == [1, 2, 3] && lines.map(\.end) == [3, 4, 6])
        #expect(lines.map(\.isWhole) == [true, true, false] && !lines.contains { $0.isCut })
        #expect(try self.lines("", maxBytes: 1).isEmpty)
    }

    @Test func ofALongLineItsStartIsKept() throws {
        let lines = try lines(String(repeating: "x", count: 200_000) + "\nab\n", maxBytes: 100)
        #expect(lines.map(\.bytes.count) == [100, 2])
        #expect(lines.map(\.isCut) == [true, false] && lines.map(\.end) == [200_001, 200_004])
    }

    @Test(arguments: ["/no/such/file", "/", "a\0b"])
    func refuses(path: String) {
        #expect(throws: AirlockError.self) {
            var reader = try LineReader(path, maxBytes: 1)
            _ = try reader.next()
        }
    }
}

@Suite struct BatchEntryTests {
    private func read(_ text: String) throws(BatchFault) -> BatchEntry {
        var base = TemplateLimits()
        base.wall = .seconds(9)
        base.calls = 3
        return try BatchEntry(Array(text.utf8), line: 7, over: base)
    }

    @Test func aLineIsARun() throws {
        let entry = try read(
            #"{"id":"a","template":"t","vars":{"n":1},"limits":{"wall":"2s","memory":1048576,"calls":5}}"#
        )
        #expect(entry.id == "a" && entry.script == .template("t") && entry.line == 7)
        #expect(entry.values == ["n": 1])
        #expect(entry.limits.wall == .seconds(2) && entry.limits.memory == .mebibytes(1) && entry.limits.calls == 5)
        let other = try read(#" {"id":12, "script":"a/b.py"} "#)
        #expect(other.id == 12 && other.script == .script("a/b.py") && other.values.isEmpty)
        #expect(other.limits.wall == .seconds(9) && other.limits.calls == 3)
    }

    @Test(
        arguments: [
            ("", ["json"]), ("[1]", ["type"]), ("{", ["json"]), (#"{"id":1,"id":2,"template":"t"}"#, ["json"]),
            ("{}", ["missing", "missing"]), (#"{"id":"","template":"t"}"#, ["type"]),
            (#"{"id":1.5,"template":"t"}"#, ["type"]), (#"{"id":1e99,"template":"t"}"#, ["type"]),
            (#"{"id":true,"template":"t"}"#, ["type"]), (#"{"id":1,"template":"t","script":"s"}"#, ["both"]),
            (#"{"id":1,"template":7}"#, ["type"]), (#"{"id":1,"script":"-"}"#, ["standard_input"]),
            (#"{"id":1,"template":"t","vars":[]}"#, ["type"]),
            (#"{"id":1,"template":"t","limits":{"wal":"2s"}}"#, ["limit"]),
            (#"{"id":1,"template":"t","limits":{"wall":"soon","memory":null}}"#, ["limit", "type"]),
            (#"{"id":1,"template":"t","variables":{}}"#, ["unknown_member"]),
            (#"{"idd":1,"templat":"t"}"#, ["missing", "missing", "unknown_member", "unknown_member"]),
        ])
    func allThatIsWrongWithALine(text: String, codes: [String]) {
        do throws(BatchFault) {
            _ = try read(text)
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.problems.map(\.code) == codes)
            #expect(error.problems.allSatisfy { $0.line == 7 })
        }
    }

    @Test func aLongIDIsRefused() {
        let long = String(repeating: "x", count: BatchEntry.maxIDBytes)
        #expect(throws: Never.self) { try read(#"{"id":"\#(long)","template":"t"}"#) }
        #expect(throws: BatchFault.self) { try read(#"{"id":"\#(long)x","template":"t"}"#) }
    }

    @Test func deepNestingIsRefused() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: BatchFault.self) { try read(#"{"id":1,"template":"t","vars":{"n":\#(deep)"#) }
    }
}

@Suite struct BatchFileTests {
    @Test func linesAreKeptAndFaultsNamed() throws {
        let file = try ShortFile(
            """
            {"id":1,"template":"a"}
              \r
            {"id":"1","template":"b"}
            nonsense
            {"id":1,"template":"c"}
            \(String(repeating: "x", count: BatchFile.maxLineBytes + 1))
            {"id":3,"template":"d"}
            """)
        let batch = try BatchFile(file.path, limits: TemplateLimits())
        #expect(batch.entries.map(\.line) == [1, 3, 5, 7])
        #expect(batch.problems.map(\.line) == [4, 5, 6])
        #expect(batch.problems.map(\.code) == ["json", "duplicate_id", "size"])
        let error = try #require(batch.error(batch.problems))
        #expect(error.message.hasPrefix("3 lines are"))
        #expect(error.description.contains("line 5: /id: the id is that of line 1 too"))
        #expect(batch.error([]) == nil)
    }

    @Test func faultsAreBounded() throws {
        let file = try ShortFile(String(repeating: "nonsense\n", count: 5000))
        let batch = try BatchFile(file.path, limits: TemplateLimits())
        #expect(batch.problems.count == AirlockError.maxProblems + 1)
        #expect(batch.error(batch.problems)?.problems.count == AirlockError.maxProblems + 1)
    }
}

@Suite struct BatchHistoryTests {
    @Test func cancelledRunsAreRunAgain() throws {
        let long = String(repeating: "x", count: 10_000)
        let file = try ShortFile(
            """
            {"id":"a","status":"succeeded","rest":"\(long)"}
            {"id":2,"status":"failed"}
            {"id":"c","status":"cancelled","x":[1,{"y":","}]}
            {"id":"d","status":"cancelled"}
            {"id":"d","status":"succeeded","z":1}
            {"id":"\\"},","status":"denied","z":1}

            """)
        let history = try BatchHistory(file.path)
        #expect(history.ended == ["a", 2, "d", "\"},"])
        #expect(!history.isTorn && history.wholeBytes == file.text.utf8.count)
    }

    @Test(arguments: [#"{"id":"b","sta"#, #"{"id":"b","status":"succeeded"}"#, "{", "\u{0}"])
    func aTornLastLineIsPassedOver(rest: String) throws {
        let whole = #"{"id":"a","status":"succeeded","x":1}"# + "\n"
        let file = try ShortFile(whole + rest)
        let history = try BatchHistory(file.path)
        #expect(history.ended == ["a"])
        #expect(history.isTorn && history.wholeBytes == whole.utf8.count)
    }

    @Test(arguments: [
        "hello\n", "{}\n", #"{"id":"a","status":"fine"}"# + "\n", #"{"status":"succeeded","id":1"# + "\n", "\n",
    ])
    func otherFilesAreRefused(text: String) throws {
        let file = try ShortFile(text)
        #expect(throws: AirlockError.self) { try BatchHistory(file.path) }
    }

    @Test func aFileThatIsNotThereHoldsNothing() throws {
        #expect(try BatchHistory("/no/such/file.jsonl").ended.isEmpty)
    }
}

@Suite struct BatchOutputTests {
    private func open(_ path: String, history earlier: String? = nil) throws -> BatchOutput {
        var history = BatchHistory()
        return try BatchOutput(
            path, console: Console(path: nil, isQuiet: true),
            history: { () throws(AirlockError) in try earlier.map(BatchHistory.init) ?? BatchHistory() }, read: &history
        )
    }

    @Test func linesAreAppendedAndATornOneIsCutOff() throws {
        let file = try ShortFile(#"{"id":1,"status":"failed"}"# + "\n" + #"{"id":2,"#)
        try open(file.path, history: file.path).write(#"{"id":3,"status":"failed"}"#)
        #expect(file.text == #"{"id":1,"status":"failed"}"# + "\n" + #"{"id":3,"status":"failed"}"# + "\n")
    }

    @Test func whatHoldsSomethingIsNotAddedToUnasked() throws {
        let file = try ShortFile("notes\n")
        #expect(throws: AirlockError.self) { try open(file.path) }
        #expect(throws: AirlockError.self) { try open(file.path, history: "/no/such/file.jsonl") }
        #expect(file.text == "notes\n")
    }

    @Test func twoBatchesDoNotShareAFile() throws {
        let file = try ShortFile("")
        let first = try open(file.path)
        #expect(throws: AirlockError.self) { try open(file.path) }
        try first.write("x")
        #expect(file.text == "x\n")
    }

    @Test func aFullDiskIsSaid() throws {
        let output = try open("/dev/full")
        #expect(throws: CommandFailure.self) { try output.write("x") }
    }
}
