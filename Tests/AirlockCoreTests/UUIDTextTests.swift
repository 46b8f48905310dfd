import AirlockCore
import Testing

@Suite struct UUIDTextTests {
    /// The example of RFC 9562, appendix A.6.
    @Test func versionAndVariantAreSetAndTheTimeComesFirst() {
        let time = UUIDText.timeBytes(milliseconds: 0x017F_22E2_79B0)
        let random: [UInt8] = [0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F]
        #expect(UUIDText.text(time + random, version: 7) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(
            UUIDText.text([UInt8](repeating: 0xFF, count: 20), version: 4) == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        #expect(UUIDText.text([1], version: 5) == "01000000-0000-5000-8000-000000000000")
    }

    @Test func anyCaseIsReadAndNothingElse() {
        let text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
        #expect(UUIDText.canonical(text.uppercased()) == text)
        for wrong in [
            "", text + "0", String(text.dropLast()), text.replacing("-", with: ""), text.replacing("f", with: "g"),
        ] {
            #expect(UUIDText.canonical(wrong) == nil, "\(wrong)")
        }
        // As long in bytes, with a character of two.
        #expect(UUIDText.canonical(text.dropLast(2) + "é") == nil)
    }
}
