import AirlockCore
import Testing

@testable import Reporting

@Suite struct DocumentTests {
    private let style = TerminalStyle(width: nil)
    private static let events = Table(
        columns: ["event", "n", "n"],
        rows: [["a,b", 1, nil], ["say \"hi\"\nthere", 2.5, ""], ["=1+1", true, ["k": "v"]], ["# no title", nil, 1]])

    private func run(_ outputs: [RunOutput], status: RunStatus = .succeeded) -> RunResult {
        var result = RunResult(runID: "r1", template: "t", status: status)
        result.outputs = outputs
        return result
    }

    @Test func csv() {
        let report = RunReport(
            run([.table(title: "One", DocumentTests.events), .metric(name: "m", value: 1, unit: nil)]))
        #expect(
            report.document(.csv, style: style) == """
                event,n,n
                "a,b",1,
                "say ""hi""
                there",2.5,""
                =1+1,true,"{""k"":""v""}"
                "# no title",,1

                """)
    }

    @Test func severalTablesInOneCSV() {
        let small = Table(columns: ["x"], rows: [[1], [nil]])
        let report = RunReport(run([.table(title: "A\nB", small), .table(title: nil, small)]))
        #expect(report.document(.csv, style: style) == "# A\\nB\nx\n1\n\"\"\n\n# Table 2\nx\n1\n\"\"\n")
    }

    @Test func aChartsDataStandsInWhereThereIsNoTable() {
        let chart = Chart(kind: .bar, data: Table(columns: ["x", "y"], rows: [["a", 1]]), x: "x", y: ["y"])
        #expect(RunReport(run([.chart(chart)])).document(.csv, style: style) == "x,y\na,1\n")
        #expect(RunReport(run([])).document(.csv, style: style) == "")
    }

    @Test func jsonLines() {
        let report = RunReport(run([.table(title: nil, DocumentTests.events)]))
        let lines = report.document(.jsonl, style: style).split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0] == #"{"event":"a,b","n":1,"n_2":null}"#)
    }

    @Test func markdown() {
        let table = Table(columns: ["na|me", "n"], rows: [["<img src=x>|*", 1], ["a\nb", nil]])
        let report = RunReport(run([.table(title: "T_1", table), .markdown("![x](http://e/?d) <b>1 < 2</b>")]))
        #expect(
            report.document(.markdown, style: style) == """
                ## T\\_1

                | na\\|me | n |
                | --- | ---: |
                | \\<img src=x\\>\\|\\* | 1 |
                | a\\\\nb |  |

                &#33;[x](http://e/?d) &lt;b>1 < 2&lt;/b>

                """)
        #expect(Markdown.fenced("a ```` b") == "`````text\na ```` b\n`````\n")
    }

    @Test func htmlHoldsNothingActive() {
        let hostile = "</pre><script>alert(1)</script><img src=http://e/ onerror=x>\u{202E}"
        let table = Table(columns: [hostile], rows: [[.string(hostile)], [["k": .string(hostile)]]])
        var result = run(
            [
                .table(title: hostile, table),
                .markdown("# \(hostile)\n- `\(hostile)`\n```\n\(hostile)\n> **\(hostile)**"),
                .metric(name: hostile, value: .string(hostile), unit: hostile),
                .artifact(Artifact(name: hostile, mediaType: hostile, bytes: [])),
                .chart(Chart(kind: .bar, title: hostile, data: table, x: hostile, y: [hostile])),
                .chart(
                    Chart(
                        kind: .line, title: hostile,
                        data: Table(columns: [hostile, "b"], rows: [[.string(hostile), 1]]),
                        x: hostile, y: ["b"])),
            ], status: .failed)
        result.template = hostile
        result.reason = hostile
        result.exception = ScriptException(type: hostile, message: hostile, line: 1)
        result.logs = [LogLine(level: .info, message: hostile, time: .zero)]
        result.transcript = [CallRecord(method: hostile, query: hostile, valuesDigest: "", verdict: hostile)]
        result.standardOutput = CapturedStream(bytes: Array(hostile.utf8))
        result.result = .string(hostile)
        let page = RunReport(result).document(.html, style: style)
        #expect(page.contains("default-src 'none'"))
        #expect(!page.contains("<script") && !page.contains("<img") && !page.contains("\u{202E}"))
        #expect(
            page.count(of: "<pre>") == page.count(of: "</pre>") + page.count(of: "<pre><code>")
                - page.count(of: "</code></pre>"))
    }

    @Test(arguments: [
        ("# A\ntext *b* `c`", "<h2>A</h2>\n<p>text <em>b</em> <code>c</code>\n</p>\n"),
        ("- a\n- b\n\n1. c", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ol>\n<li>c</li>\n</ol>\n"),
        ("**x** * y", "<p><strong>x</strong> * y\n</p>\n"), ("a\n***\n---", "<p>a\n***\n</p>\n<hr>\n"),
        ("[l](javascript:x)", "<p>[l](javascript:x)\n</p>\n"), ("```\n<b>", "<pre><code>&lt;b&gt;\n</code></pre>\n"),
    ])
    func markdownAsHTML(text: String, markup: String) {
        #expect(HTMLMarkdown.markup(text) == markup)
    }

    @Test(arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar"])
    func base64(text: String) {
        let vectors = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]
        #expect(Base64.encoded(Array(text.utf8)) == vectors[text.utf8.count])
    }
}

extension String {
    fileprivate func count(of part: String) -> Int { ranges(of: part).count }
}
