import AirlockCore
import Telemetry
import Testing

@Suite struct RedactorTests {
    @Test(arguments: [
        ("nothing to see", "nothing to see"),
        ("key phx_0123456789abcdef done", "key phx_01…ef done"),
        ("phc_0123456789abcdefXYZ", "phc_01…YZ"),
        ("{\"api_key\":\"phs_0123456789abcdef\"}", "{\"api_key\":\"phs_01…ef\"}"),
        ("twice phx_0123456789abcdef and phx_fedcba9876543210", "twice phx_01…ef and phx_fe…10"),
        ("short phx_12345678", "short phx_…"),
        ("glued_keyphx_0123456789abcdef", "glued_keyphx_01…ef"),
        ("phx_", "phx_"), ("phx_abc", "phx_abc"), ("ph", "ph"), ("graph_of_things", "graph_of_things"),
        ("Authorization: Bearer abcdef.ghijkl-mn", "Authorization: Bearer …"),
        ("authorization: BEARER   abcdefghij", "authorization: BEARER   …"),
        ("Basic dXNlcjpwYXNz", "Basic …"),
        ("bearer", "bearer"), ("basic ", "basic "), ("the basic idea", "the basic idea"),
        ("Bearer phx_0123456789abcdef", "Bearer …"),
        ("https://user:pass@host/path", "https://…@host/path"),
        ("https://user@host", "https://…@host"),
        ("postgres://u:p@ss@db:5432/x and http://ok.example/a@b", "postgres://…@db:5432/x and http://ok.example/a@b"),
        ("http://a:b@x http://c:d@y", "http://…@x http://…@y"),
        ("://@", "://…@"), ("://", "://"), (":", ":"),
        ("https://phx_0123456789abcdef@host/?k=phc_0123456789abcdef", "https://…@host/?k=phc_01…ef"),
        ("naïve phx_0123456789abcdef …", "naïve phx_01…ef …"),
    ])
    func takesOutWhatLooksLikeASecret(_ text: String, _ expected: String) {
        #expect(Redactor.redacted(text) == expected)
        #expect(Redactor.redacted(expected) == expected, "redacting twice changes nothing")
    }

    @Test func takesOutWhatItWasToldOfWhateverItsForm() {
        let secret = "swordfish-\(UInt64.random(in: .min ... .max))"
        #expect(Redactor.redacted("no \(secret) here") == "no \(secret) here")
        Redactor.conceal(SecretText(secret))
        let text = Redactor.redacted("\(secret), twice: {\"\(secret)\"}")
        #expect(!text.contains(secret) && text.hasSuffix("\"}") && text.contains(", twice: {\"sw…"), "\(text)")
        // In words that have nothing to do with it, a short one would be found.
        Redactor.conceal(SecretText("twice"))
        #expect(Redactor.redacted("twice") == "twice")
    }

    @Test func masksASecretAsAWhole() {
        #expect(Redactor.masked("phx_0123456789abcdef") == "phx_01…ef")
        #expect(Redactor.masked("0123456789abcdef") == "01…ef")
        #expect(Redactor.masked("hunter2") == "…")
        #expect(Redactor.masked("") == "…")
    }

    /// Each byte is looked at a fixed number of times: texts made to be looked at again and again take no longer.
    @Test(arguments: ["p", "ph", "phx_", "://", ":", "//", "Bearer ", "bearer", "basic  ", "@", "://a@", "phx_a b"])
    func takesLinearTime(_ piece: String) {
        let text = String(repeating: piece, count: 100_000 / piece.utf8.count)
        // Quadratic work on this would be some 10^10 steps, which no test limit allows for.
        _ = Redactor.redacted(text)
        _ = Redactor.redacted("https://" + text)
        _ = Redactor.redacted("Bearer " + text)
    }
}
