import AirlockCore
import AirlockTesting
import CLibcurl
import Testing

@testable import HTTPTransport

/// Bodies in Zstandard (RFC 8878). Whether the system's libcurl can read them is its builder's choice: where it cannot, the
/// tests that need it are skipped, and say which feature is missing.
@Suite(.timeLimit(.minutes(2))) struct ZstdTests {
    private static let isKnown: Bool = {
        guard let curl = try? CurlLibrary.shared.get(), let version = airlock_curl_version(curl.functions) else {
            return false
        }
        return version.pointee.features & CURL_VERSION_ZSTD != 0
    }()

    /// A frame without a compressor: blocks are stored as they are, or one byte again and again.
    enum Frame {
        private static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

        /// The header of a block: whether it is the last, its type (0 raw, 1 a repeated byte), and its size.
        private static func header(isLast: Bool, type: Int, size: Int) -> [UInt8] {
            let word = size << 3 | type << 1 | (isLast ? 1 : 0)
            return [UInt8(word & 0xFF), UInt8(word >> 8 & 0xFF), UInt8(word >> 16 & 0xFF)]
        }

        /// The text, raw, then `count` times `byte`. Up to 255 bytes in all: a single segment, its size in one byte.
        static func of(_ text: String, then byte: UInt8, count: Int) -> [UInt8] {
            let raw = Array(text.utf8)
            return magic + [0x20, UInt8(raw.count + count)] + header(isLast: false, type: 0, size: raw.count) + raw
                + header(isLast: true, type: 1, size: count) + [byte]
        }

        /// Zeros in blocks of 128 KiB, four bytes for each; a window of 128 KiB, no size said.
        static func zeros(blocks: Int) -> [UInt8] {
            let block = { (isLast: Bool) in header(isLast: isLast, type: 1, size: 128 << 10) + [0] }
            return magic + [0x00, 0x38] + (1..<blocks).flatMap { _ in block(false) } + block(true)
        }
    }

    private func ask(_ body: [UInt8], maxSize: ByteCount = .mebibytes(1)) async throws -> HTTPResponse {
        let server = try LoopbackServer { _ in [.response(headers: [("Content-Encoding", "zstd")], body: body)] }
        let transport = try makeTransport { $0.maxResponseSize = maxSize }
        return try await transport.send(try server.request())
    }

    @Test(.enabled(if: isKnown, "this system's libcurl was built without zstd (CURL_VERSION_ZSTD)"))
    func isDecoded() async throws {
        let response = try await ask(Frame.of("stored, ", then: 0x2E, count: 100))
        #expect(response.text == "stored, " + String(repeating: ".", count: 100))
        // What is on the wire counts where bytes are counted.
        #expect(response.timings.bytesReceived < 140)
    }

    @Test(.enabled(if: isKnown, "this system's libcurl was built without zstd (CURL_VERSION_ZSTD)"))
    func ofMoreThanIsAllowedIsRefused() async throws {
        #expect(try await ask(Frame.zeros(blocks: 8)).body.count == 1 << 20)
        let error = await failure { _ = try await ask(Frame.zeros(blocks: 8000)) }
        #expect(error?.kind == .tooLarge(.body))
    }

    // A frame that ends too early goes unnoticed by libcurl 7.88, where the response itself has its length: what is cut on the
    // way shows by that, and of JSON what is missing shows when it is read.
    @Test(
        .enabled(if: isKnown, "this system's libcurl was built without zstd (CURL_VERSION_ZSTD)"),
        arguments: [
            Array("this is none".utf8),
            Frame.of("", then: 0, count: 9).map { $0 == 0xFD ? 0xFE : $0 },
            // A block of the type that is none.
            Frame.of("", then: 0, count: 9).dropLast(4) + [0x07, 0, 0, 0],
        ])
    func thatIsNoneIsNoAnswer(body: [UInt8]) async throws {
        let error = await failure { _ = try await ask(body) }
        #expect(error?.kind == .malformed, "\(String(describing: error))")
    }

    /// What cannot be read is not asked for.
    @Test func isOfferedWhereItCanBeRead() async throws {
        let server = try LoopbackServer { _ in [.response(body: "fine")] }
        _ = try await makeTransport().send(try server.request())
        let offered = try #require(server.requests.first?.header("accept-encoding"))
        #expect(offered.contains("zstd") == Self.isKnown, "\(offered)")
        #expect(offered.contains("gzip"))
    }
}
