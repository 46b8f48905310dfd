import Testing

@testable import Sandbox

@Suite struct RefusalTraceTests {
    @Test(arguments: [
        ("the innermost frame of the script", "report.py", "  File \"report.py\", line 12 in f\n", 12),
        (
            "frames of others before it", "report.py",
            "  File \"/usr/lib/python3.11/socket.py\", line 232 in __init__\n  File \"report.py\", line 7 in <module>\n",
            7
        ),
        (
            "the first of several", "a", "  File \"a\", line 3 in f\n  File \"a\", line 9 in <module>\n", 3
        ),
        (
            "a name beyond ASCII", "caf\u{E9} \u{2713}\u{1F600}",
            "  File \"caf\\xe9 \\u2713\\U0001f600\", line 5 in f\n", 5
        ),
        ("another script", "report.py", "  File \"report.pyx\", line 12 in f\n", nil),
        ("a number that was cut off", "a", "  File \"a\", line 12", nil),
        ("a number of no file's size", "a", "  File \"a\", line 12345678 in f\n", nil),
        ("no line zero", "a", "  File \"a\", line 0 in f\n", nil),
        ("no sign", "a", "  File \"a\", line -4 in f\n", nil),
        ("no other spacing", "a", " File \"a\", line 4 in f\n", nil),
        ("nothing", "a", "", nil),
    ])
    func reads(what: String, script: String, frames: String, line: Int?) {
        let text = "Stack (most recent call first):\n" + frames
        #expect(RefusalTrace.line(in: Array(text.utf8), script: script) == line, "\(what)")
    }

    @Test func aLongNameIsCutAsFaulthandlerCutsIt() {
        let name = String(repeating: "n", count: 600)
        let text = "  File \"\(name.prefix(500))...\", line 8 in f\n"
        #expect(RefusalTrace.line(in: Array(text.utf8), script: name) == 8)
    }

    @Test func noBytesDoHarm() {
        var generator = SystemRandomNumberGenerator()
        let pieces = ["  File \"a\", line ", "1", " in f", "\n", "\"", "\0", "\u{FF}"].map { Array($0.utf8) }
        for _ in 0..<2000 {
            let text = (0..<8).flatMap { _ in pieces.randomElement(using: &generator) ?? [] }
            let line = RefusalTrace.line(in: text, script: "a")
            #expect(line.map { (1...9_999_999).contains($0) } ?? true)
        }
    }
}
