import AirlockCore
import Testing

@testable import LocalWarehouse

@Suite struct NameBasedUUIDTests {
    /// RFC 3174 §7.3 and FIPS 180.
    @Test(arguments: [
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
        (
            String(repeating: "0123456701234567012345670123456701234567012345670123456701234567", count: 10),
            "dea356a2cddd90c7a7ecedc5ebb563934f460452"
        ),
    ])
    func digests(message: String, digest: String) {
        let hex = SHA1.digest(message.utf8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == digest)
    }

    /// RFC 9562, appendix A.4.
    @Test func versionFive() {
        let dns: [UInt8] = [
            0x6B, 0xA7, 0xB8, 0x10, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8,
        ]
        #expect(
            NameBasedUUID.make(space: dns, name: "www.example.com".utf8) == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    }

    @Test(arguments: [
        ("2ED6657D-E927-568B-95E1-2665A8AEA6A2", "2ed6657d-e927-568b-95e1-2665a8aea6a2"), ("", nil), ("abc", nil),
        ("2ed6657de927-568b-95e1-2665a8aea6a2-", nil), ("2ed6657d-e927-568b-95e1-2665a8aea6ag", nil),
        ("2ed6657d-e927-568b-95e1-2665a8aea6aé", nil),
    ])
    func canonical(text: String, expected: String?) {
        #expect(NameBasedUUID.canonical(text) == expected)
    }
}
