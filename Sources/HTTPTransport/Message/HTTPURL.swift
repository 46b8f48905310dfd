/// An absolute `http` or `https` URL (RFC 3986), read strictly.
///
/// What is not plain ASCII has to be percent-encoded already, a user or password is refused, and a fragment is dropped:
/// so libcurl and this type cannot read the same text differently. Its description holds no query: queries may carry
/// keys.
public struct HTTPURL: Sendable, Hashable {
    public enum Scheme: String, Sendable, Hashable { case http, https }

    /// What two URLs have to share to be the same place (RFC 6454).
    public struct Origin: Sendable, Hashable {
        public let scheme: Scheme
        /// In lower case; an IPv6 address stands in brackets.
        public let host: String
        public let port: Int
    }

    public let origin: Origin
    /// Begins with `/`.
    public let path: String
    /// Without its question mark.
    public let query: String?
    /// The whole URL, query and all: for the wire, not for a log.
    public let text: String
    /// Whether the host is this machine by its very name: `localhost`, 127.0.0.0/8, `[::1]`.
    public let isLoopback: Bool

    public var scheme: Scheme { origin.scheme }
    public var host: String { origin.host }
    public var port: Int { origin.port }

    init(origin: Origin, path: String, query: String?) {
        self.origin = origin
        self.path = path.isEmpty ? "/" : path
        self.query = query
        var text = Self.place(origin) + self.path
        if let query { text += "?" + query }
        self.text = text
        isLoopback = Self.isLoopback(origin.host)
    }

    /// Scheme, host and, where it is not the scheme's own, port.
    private static func place(_ origin: Origin) -> String {
        let place = origin.scheme.rawValue + "://" + origin.host
        return origin.port == (origin.scheme == .https ? 443 : 80) ? place : place + ":" + String(origin.port)
    }

    /// - Throws: `invalidRequest`, which does not repeat the text.
    public init(_ text: String) throws(HTTPError) {
        guard text.utf8.count <= 65536 else { throw Self.error("is longer than 64 KiB") }
        guard text.utf8.allSatisfy(Self.isAllowed) else {
            throw Self.error("holds a character that has to be percent-encoded")
        }
        guard let colon = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: text[..<colon.lowerBound].lowercased())
        else { throw Self.error("does not begin with https:// or http://") }
        let rest = text[colon.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw Self.error("holds a user or a password") }
        let (host, port) = try Self.hostAndPort(authority, scheme)
        let target = rest[authority.endIndex...]
        let path = target.prefix { $0 != "?" }
        self.init(
            origin: Origin(scheme: scheme, host: host, port: port), path: String(path),
            query: path.endIndex == target.endIndex ? nil : String(target[target.index(after: path.endIndex)...]))
    }

    private static func hostAndPort(_ text: Substring, _ scheme: Scheme) throws(HTTPError) -> (String, Int) {
        var (host, rest) = (text.prefix { $0 != ":" }, Substring())
        if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
            host = text[...close]
            guard host.dropFirst().dropLast().utf8.allSatisfy({ isHexDigit($0) || $0 == 0x3A || $0 == 0x2E }) else {
                throw error("has a malformed IPv6 address")
            }
        } else if !host.utf8.allSatisfy(isNameByte) {
            throw error("has a malformed host")
        }
        rest = text[host.endIndex...]
        guard !host.isEmpty, host.utf8.count <= 255 else { throw error("has no host, or one that is too long") }
        if rest.isEmpty { return (host.lowercased(), scheme == .https ? 443 : 80) }
        let digits = rest.dropFirst()
        guard rest.hasPrefix(":"), digits.utf8.count <= 5, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65535).contains(port)
        else { throw error("has a malformed port") }
        return (host.lowercased(), port)
    }

    static func error(_ what: String) -> HTTPError {
        HTTPError(.invalidRequest, "the URL \(what)", hint: "Give an absolute https:// URL, percent-encoded.")
    }

    /// RFC 3986's characters; the backslash and its like, which readers of URLs disagree on, are none of them.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !#""<>\^`{|}"#.utf8.contains(byte)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
            || byte == 0x2E || byte == 0x5F
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0).map(String.init) == String($0) }
    }
}

extension HTTPURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Fit for a log: the query is only hinted at.
    public var description: String { Self.place(origin) + path + (query == nil ? "" : "?…") }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:], displayStyle: .struct) }
}
