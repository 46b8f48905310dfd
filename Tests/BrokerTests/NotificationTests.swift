import AirlockCore
import Testing

@testable import Broker

@Suite struct NotificationTests {
    private func take(_ method: String, _ json: String) throws -> GuestNotification {
        try GuestNotification(method: method, params: try #require(try JSONValue(json: json).objectValue))
    }

    @Test func outputs() throws {
        let table = Table(columns: ["a", "b"], types: ["String", "UInt8"], rows: [["x", 1], [nil, [2]]])
        let json = #"{"columns":["a","b"],"types":["String","UInt8"],"rows":[["x",1],[null,[2]]]"#
        #expect(try take("table", json + #","title":"T"}"#) == .output(.table(title: "T", table)))
        #expect(
            try take("chart", #"{"kind":"bar","title":null,"x":"a","y":["b"],"data":\#(json)}}"#)
                == .output(.chart(Chart(kind: .bar, data: table, x: "a", y: ["b"]))))
        #expect(try take("markdown", ##"{"text":"# é"}"##) == .output(.markdown("# é")))
        #expect(
            try take("metric", #"{"name":"n","value":1.5,"unit":"%"}"#)
                == .output(.metric(name: "n", value: 1.5, unit: "%")))
        #expect(
            try take("artifact", #"{"name":"a b.csv","media_type":"text/csv; charset=utf-8","data":"YWI="}"#)
                == .output(.artifact(Artifact(name: "a b.csv", mediaType: "text/csv; charset=utf-8", bytes: [97, 98]))))
        #expect(try take("progress", #"{"fraction":0.5}"#) == .progress(Progress(fraction: 0.5, message: nil)))
        #expect(try take("log", #"{"level":"debug","message":"m"}"#) == .log(.debug, "m"))
        #expect(try take("result", #"{"value":null}"#) == .result(.null))
        #expect(
            try take("exception", #"{"type":"ValueError","message":"m","line":3,"upstream":true}"#)
                == .exception(ScriptException(type: "ValueError", message: "m", line: 3), claimsUpstream: true))
    }

    @Test(arguments: [
        ("tabel", "{}", "there is no notification 'tabel'; did you mean 'table'?"),
        ("start", "{}", "there is no notification 'start'"),
        ("table", #"{"rows":[]}"#, "'columns' of table has to be an array of texts"),
        ("table", #"{"columns":[],"rows":[]}"#, "table has 0 columns; it needs 1 to 1000"),
        ("table", #"{"columns":["a"],"types":["x","y"],"rows":[]}"#, "table has 1 columns but 2 types"),
        ("table", #"{"columns":["a"]}"#, "'rows' of table has to be an array of arrays"),
        ("table", #"{"columns":["a"],"rows":[{"a":1}]}"#, "row 0 of table is not an array"),
        (
            "table", #"{"columns":["a"],"rows":[[1],[1,2]]}"#,
            "row 1 of table has 2 values, but there are 1 columns"
        ),
        ("table", #"{"columns":["a"],"rows":[],"title":5}"#, "'title' of table has to be a text"),
        ("chart", #"{"kind":"bar","x":"a","y":["a"]}"#, "'data' of chart has to be an object of columns and rows"),
        (
            "chart", #"{"kind":"barr","x":"a","y":["a"],"data":{"columns":["a"],"rows":[]}}"#,
            "'kind' of chart has to be one of bar, line, area, scatter, histogram, heatmap; did you mean 'bar'?"
        ),
        (
            "chart", #"{"kind":"bar","x":"a","y":[],"data":{"columns":["a"],"rows":[]}}"#,
            "'y' of chart has to be an array of 1 to 50 column names"
        ),
        (
            "chart", #"{"kind":"bar","x":"a","y":["event_"],"data":{"columns":["a","events"],"rows":[]}}"#,
            "chart names a column that its data does not have; did you mean 'events'?"
        ),
        ("markdown", "{}", "'text' of markdown has to be a text"),
        ("metric", #"{"name":"","value":1}"#, "metric needs a 'name' that is not empty"),
        ("metric", #"{"name":"n","value":[1]}"#, "'value' of metric has to be a number, a text or null"),
        ("progress", #"{"fraction":1.01}"#, "'fraction' of progress has to be a number from 0 to 1, or null"),
        ("progress", #"{"fraction":1e400}"#, "'fraction' of progress has to be a number from 0 to 1, or null"),
        ("log", #"{"level":"info"}"#, "'message' of log has to be a text"),
        ("result", "{}", "result needs 'value'"),
        (
            "exception", #"{"type":"E","message":"m","line":0}"#,
            "'line' of exception has to be an integer of at least 1, or null"
        ),
        ("artifact", #"{"name":"a","data":"*"}"#, "'data' of artifact is not base64"),
        ("artifact", #"{"name":"a","media_type":"csv","data":""}"#, "'media_type' of artifact has to be like text/csv"),
    ]) func refused(method: String, json: String, message: String) throws {
        let error = #expect(throws: InvalidNotification.self) { try take(method, json) }
        #expect(error?.message == message)
    }

    @Test(arguments: [
        "", ".", "..", ".bashrc", "/etc/passwd", "../x", "a/b", "a\\b", "a\0b", "a\nb", "\u{1B}[31m", "a\u{7F}",
        "a\u{202E}gpj.exe", "a\u{200B}", "\u{FEFF}a", " a", "a ", "a\u{2028}b", "a\u{85}b",
        String(repeating: "n", count: 129),
    ]) func namesThatAreNoPlainFileNames(name: String) {
        let params: JSONObject = ["name": .string(name), "data": ""]
        #expect(throws: InvalidNotification.self) { try GuestNotification(method: "artifact", params: params) }
    }

    @Test(arguments: ["a", "report.csv", "Bericht März.pdf", "日本.txt", "a..b", String(repeating: "n", count: 128)])
    func plainFileNames(name: String) throws {
        _ = try GuestNotification(method: "artifact", params: ["name": .string(name), "data": ""])
    }

    @Test func artifactNamesAreUnique() {
        var state = BrokerState()
        let one = notification("artifact", ["name": "a.txt", "data": "eA=="])
        _ = state.feed(one + one)
        #expect(state.report.outputs.count == 1)
        #expect(state.report.breaches == ["invalid_notifications": 1])
    }

    @Test func longTextsAreCutAtACharacterAndSaySo() throws {
        let text = String(repeating: "é", count: 3000)
        guard case .exception(let exception, _) = try take("exception", #"{"type":"E","message":"x\#(text)"}"#) else {
            Issue.record("not an exception")
            return
        }
        #expect(exception.message == "x" + String(repeating: "é", count: 2047) + "… (1905 bytes more)")
    }

    /// RFC 4648 §10, and what is refused.
    @Test(
        arguments: [
            ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"), ("Zg", nil), ("Zg=", nil), ("Zh==", nil), ("Zm9=", nil), ("====", nil),
            ("Z===", nil),
            ("Zg==Zg==", nil), ("Zm9v\n", nil), ("Zm-_", nil), ("Zm 9", nil),
        ] as [(String, String?)])
    func base64(text: String, decoded: String?) {
        #expect(decodeBase64(text) == decoded.map { Array($0.utf8) })
    }
}
