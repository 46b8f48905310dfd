public import AirlockCore
internal import Synchronization

/// Takes out of a text the secrets that it was told of, and what looks like a credential: PostHog's keys (`phx_…`, `phc_…`, `phs_…` and their kin), bearer and
/// basic credentials, and the userinfo of URLs (RFC 3986 §3.2.1).
///
/// This is the second line: secrets should not get near a text at all. It errs towards taking out too much, looks at
/// each byte a fixed number of times, and leaves what it does not touch as it is.
public enum Redactor {
    /// What stands for the part that was taken out.
    static let mark = Array("…".utf8)
    /// Secrets in use, which may look like nothing that can be known by its form.
    private static let known = Mutex<[SecretText]>([])
    /// A shorter one would be found in words that have nothing to do with it.
    private static let minKnownBytes = 8

    /// From now on takes this secret out of every text, whatever it looks like; not one of less than eight bytes.
    public static func conceal(_ secret: SecretText) {
        guard secret.byteCount >= minKnownBytes else { return }
        known.withLock { if !$0.contains(secret) { $0.append(secret) } }
    }

    /// The text without what looks like a credential.
    ///
    /// Of a long key its kind, two characters and its last two stay, `phx_12…ef`, so that keys can be told apart.
    public static func redacted(_ text: String) -> String {
        var text = text
        for secret in known.withLock({ $0 }) { text = text.replacing(secret.reveal(), with: secret.mask) }
        let clean: [UInt8]? = text.withUTF8 { bytes in
            var scan = Scan(bytes: bytes)
            return scan.run()
        }
        return clean.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// A secret for people who have several: its kind and both ends, if it is long enough to spare them.
    public static func masked(_ secret: String) -> String {
        let bytes = Array(secret.utf8)
        let prefix = bytes.starts(with: Array("ph".utf8)) && bytes.count > 3 && bytes[3] == 0x5F ? 4 : 0
        return String(decoding: mask(bytes[...], prefix: prefix), as: UTF8.self)
    }

    static func mask(_ token: ArraySlice<UInt8>, prefix: Int) -> [UInt8] {
        let body = token.dropFirst(prefix)
        // Four characters of sixteen say little of the rest; of fewer they would say too much.
        guard body.count >= 16, body.allSatisfy({ $0 < 0x80 }) else { return Array(token.prefix(prefix)) + mark }
        return Array(token.prefix(prefix + 2)) + mark + Array(token.suffix(2))
    }
}

private struct Scan {
    let bytes: UnsafeBufferPointer<UInt8>
    private var output: [UInt8] = []
    /// What lies before this is in `output` already.
    private var copied = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// - Returns: `nil` when there is nothing to take out.
    mutating func run() -> [UInt8]? {
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case 0x70: index = key(at: index)
            case 0x42, 0x62: index = credentials(at: index)
            case 0x3A: index = userinfo(at: index)
            default: index += 1
            }
        }
        guard copied > 0 else { return nil }
        return output + bytes[copied...]
    }

    private mutating func replace(from start: Int, to end: Int, with replacement: [UInt8]) {
        output += bytes[copied..<start]
        output += replacement
        copied = end
    }

    /// `ph`, a letter, `_`, and at least eight characters of a token.
    private mutating func key(at start: Int) -> Int {
        guard start + 4 < bytes.count, bytes[start + 1] == 0x68, isLowercase(bytes[start + 2]),
            bytes[start + 3] == 0x5F
        else { return start + 1 }
        let end = endOfToken(from: start + 4)
        guard end - start >= 12 else { return start + 1 }
        replace(from: start, to: end, with: Redactor.mask(Array(bytes[start..<end])[...], prefix: 4))
        return end
    }

    /// `Bearer` or `Basic`, in any case, space, and at least eight characters of a token (RFC 7235 §2.1).
    private mutating func credentials(at start: Int) -> Int {
        guard let scheme = ["bearer", "basic"].first(where: { isWord($0, at: start) }) else { return start + 1 }
        var token = start + scheme.utf8.count
        while token < bytes.count, bytes[token] == 0x20 || bytes[token] == 0x09 { token += 1 }
        guard token > start + scheme.utf8.count else { return start + 1 }
        let end = endOfToken(from: token)
        guard end - token >= 8 else { return end > token ? end : token }
        replace(from: token, to: end, with: Redactor.mark)
        return end
    }

    /// `://`, anything, `@`: up to the last `@` of the authority.
    private mutating func userinfo(at start: Int) -> Int {
        guard start + 2 < bytes.count, bytes[start + 1] == 0x2F, bytes[start + 2] == 0x2F else { return start + 1 }
        var (end, at) = (start + 3, -1)
        while end < bytes.count, !endsAuthority(bytes[end]) {
            if bytes[end] == 0x40 { at = end }
            end += 1
        }
        guard at >= 0 else { return start + 3 }
        replace(from: start + 3, to: at, with: Redactor.mark)
        return at
    }

    private func endOfToken(from start: Int) -> Int {
        var end = start
        while end < bytes.count, isTokenByte(bytes[end]) { end += 1 }
        return end
    }

    private func isWord(_ word: String, at start: Int) -> Bool {
        guard start + word.utf8.count <= bytes.count else { return false }
        return zip(word.utf8, bytes[start...]).allSatisfy { $0 == $1 | 0x20 }
    }

    private func isLowercase(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A }

    /// token68, with `%` for what is percent-encoded.
    private func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x2D, 0x2E, 0x5F, 0x7E, 0x2B, 0x2F, 0x3D, 0x25: true
        default: false
        }
    }

    private func endsAuthority(_ byte: UInt8) -> Bool {
        switch byte {
        case ...0x20, 0x2F, 0x3F, 0x23, 0x22, 0x27, 0x3C, 0x3E, 0x5C: true
        default: false
        }
    }
}
