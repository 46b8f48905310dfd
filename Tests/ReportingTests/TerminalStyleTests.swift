import AirlockCore
import Testing

@testable import Reporting

@Suite struct TerminalStyleTests {
    private func style(_ environment: [String: String], isTerminal: Bool = true, columns: Int? = 100) -> TerminalStyle {
        TerminalStyle(environment: { environment[$0] }, isTerminal: isTerminal, columns: columns)
    }

    @Test(arguments: [
        (["TERM": "xterm"], true), (["TERM": "xterm", "NO_COLOR": "1"], false),
        (["TERM": "xterm", "NO_COLOR": ""], true),
        (["TERM": "dumb"], false), ([:], false),
    ])
    func color(environment: [String: String], isUsed: Bool) {
        #expect(style(environment).usesColor == isUsed)
        #expect(!style(environment, isTerminal: false).usesColor)
    }

    @Test(arguments: [
        (["LANG": "en_US.UTF-8"], true), (["LANG": "en_US.UTF-8", "LC_ALL": "C"], false), (["LANG": "C.utf8"], true),
        (["LC_CTYPE": "de_DE.UTF-8", "LANG": "C"], true), ([:], false), (["LC_ALL": "", "LANG": "C.UTF-8"], true),
        (["LANG": "de_DE.ISO-8859-1"], false), (["LANG": "ca_ES.UTF-8@valencia"], true),
    ])
    func unicode(environment: [String: String], isUsed: Bool) {
        #expect(style(environment).usesUnicode == isUsed)
    }

    @Test func width() {
        #expect(style([:]).width == 100)
        #expect(style(["COLUMNS": "60"], columns: nil).width == 60)
        #expect(style([:], columns: 0).width == 80)
        #expect(style([:], columns: 3).width == 20)
        #expect(style(["COLUMNS": "60"], isTerminal: false).width == nil)
    }

    @Test func progressLine() {
        let display = ProgressDisplay(style: TerminalStyle(width: 40))
        let progress = Progress(fraction: 0.5, message: "reading\u{1B}[2J\nevents of the whole year")
        let line = display.line(progress, elapsed: .milliseconds(1500))
        #expect(line == "▕█████     ▏  50%  reading\\u{1b…  1.5 s")
        #expect(DisplayWidth.of(line) <= 40)
        #expect(display.text(progress, elapsed: .zero).hasPrefix("\r\u{1B}[K"))
        let plain = ProgressDisplay(style: TerminalStyle(width: 40, usesUnicode: false))
        #expect(plain.line(Progress(fraction: 7, message: nil), elapsed: .seconds(2)) == "[##########] 100%  2 s")
        #expect(plain.line(Progress(fraction: .nan, message: "é"), elapsed: .microseconds(5)) == "\\u{e9}  5 us")
    }
}
