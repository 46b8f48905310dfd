/// The parts of a URL (RFC 3986 §3), as far as sessions need them.
enum URLParts {
    /// Without user and port, in lower case; `nil` for a text without an authority.
    static func host(_ url: String) -> String? {
        guard let authority = split(url)?.authority else { return nil }
        let afterUser = authority.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false).last ?? []
        let host =
            afterUser.first == UInt8(ascii: "[")
            ? afterUser.prefix { $0 != UInt8(ascii: "]") } + [UInt8(ascii: "]")]
            : afterUser.prefix { $0 != UInt8(ascii: ":") } + []
        return host.isEmpty ? nil : String(decoding: host, as: UTF8.self).lowercased()
    }

    /// `/` where the URL has an authority and no path.
    static func path(_ url: String) -> String? {
        guard let path = split(url)?.path else { return nil }
        return path.isEmpty ? "/" : String(decoding: path, as: UTF8.self)
    }

    private static func split(_ url: String) -> (authority: ArraySlice<UInt8>, path: ArraySlice<UInt8>)? {
        let bytes = Array(url.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: Array("://".utf8))
        else {
            return nil
        }
        let rest = bytes[(colon + 3)...]
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        let path = rest.dropFirst(authority.count).prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        return (authority, path)
    }
}
