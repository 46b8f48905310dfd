import AirlockCore
import Testing

@Suite struct SecretTextTests {
    @Test(arguments: [
        ("phx_1234567890abcdef", "phx_12…ef"), ("phc_abcdefghijklmnop", "phc_ab…op"),
        ("0123456789abcdef", "01…ef"), ("phx_1234567890abc", "…"), ("short", "…"), ("", "…"),
        ("Bearer phx_1234567890abcdef", "…"), ("schlüssel-schlüssel-schlüssel", "…"), ("line\nbreak-0123456789", "…"),
    ])
    func masks(text: String, mask: String) {
        #expect(SecretText(text).mask == mask)
    }

    private struct Holder {
        var key: SecretText
        var optional: SecretText?
    }

    /// Every way in which a value becomes text without anybody meaning to.
    @Test func neverShows() {
        let text = "phx_1234567890abcdef"
        let holder = Holder(key: SecretText(text), optional: SecretText(text))
        var dumped = ""
        dump(holder, to: &dumped)
        let shown = [
            "\(holder)", "\(holder.key)", "\([holder.key])", "\(["a": holder.key])",
            String(describing: holder.optional),
            String(reflecting: holder), String(reflecting: holder.key), dumped,
            "\(Mirror(reflecting: holder.key).children)",
        ]
        for line in shown { #expect(!line.contains("34567890"), "\(line)") }
        #expect(holder.key.reveal() == text)
        #expect(!(holder.key as Any is any Encodable))
    }
}
