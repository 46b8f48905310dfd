/// Addresses of mail, hosts and resources.
extension BuiltInFormats {
    /// A mailbox by RFC 5321 §4.1.2.
    static func isEmailAddress(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= 254, let at = bytes.lastIndex(of: 0x40) else { return false }
        let (local, domain) = (bytes[..<at], bytes[(at + 1)...])
        guard (1...64).contains(local.count), isQuotedString(local) || isDotString(local) else { return false }
        if domain.first == 0x5B, domain.last == 0x5D {
            let literal = Array(domain.dropFirst().dropLast())
            if literal.count > 5, String(decoding: literal.prefix(5), as: UTF8.self).lowercased() == "ipv6:" {
                return isIPv6(Array(literal.dropFirst(5)))
            }
            return isIPv4(literal)
        }
        return isDomain(domain)
    }

    private static func isDotString(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy { isLetter($0) || isDigit($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
        }
    }

    private static func isQuotedString(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count >= 2, bytes.first == 0x22, bytes.last == 0x22 else { return false }
        var isEscaped = false
        for byte in bytes.dropFirst().dropLast() {
            guard (0x20...0x7E).contains(byte) else { return false }
            if isEscaped {
                isEscaped = false
            } else if byte == 0x5C {
                isEscaped = true
            } else if byte == 0x22 {
                return false
            }
        }
        return !isEscaped
    }

    /// Labels of letters, digits and inner hyphens (RFC 5321 §4.1.2, RFC 1034 §3.5).
    private static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard (1...253).contains(bytes.count) else { return false }
        return bytes.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                && label.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x2D }
        }
    }

    /// Four decimal numbers without leading zeros (RFC 3986 §3.2.2, `IPv4address`).
    static func isIPv4(_ bytes: [UInt8]) -> Bool {
        let parts = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy(isDigit) && (part.count == 1 || part.first != 0x30)
                    && part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
            }
    }

    /// RFC 4291 §2.2: eight groups, of which one run may be written `::`, the last two perhaps as IPv4.
    static func isIPv6(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= 45 else { return false }
        if let gap = bytes.indices.dropLast().first(where: { bytes[$0] == 0x3A && bytes[$0 + 1] == 0x3A }) {
            guard let before = ipv6Groups(bytes[..<gap], mayEndInIPv4: false),
                let after = ipv6Groups(bytes[(gap + 2)...], mayEndInIPv4: true)
            else { return false }
            return before + after <= 7
        }
        return ipv6Groups(bytes[...], mayEndInIPv4: true) == 8
    }

    /// The 16-bit groups that a part without `::` denotes; `nil` when it is not made of such.
    private static func ipv6Groups(_ bytes: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> Int? {
        if bytes.isEmpty { return 0 }
        var parts = bytes.split(separator: 0x3A, omittingEmptySubsequences: false)
        var groups = 0
        if mayEndInIPv4, let last = parts.last, last.contains(0x2E) {
            guard isIPv4(Array(last)) else { return nil }
            parts.removeLast()
            groups = 2
        }
        let areGroups = parts.allSatisfy { (1...4).contains($0.count) && $0.allSatisfy { hexDigit($0) != nil } }
        return areGroups ? groups + parts.count : nil
    }

    // MARK: URIs

    static func isURI(_ text: String) -> Bool { URIReference(text).scheme != nil && isURIReference(text) }

    /// RFC 3986 §4.1, by the characters each part admits.
    static func isURIReference(_ text: String) -> Bool {
        let reference = URIReference(text)
        if let scheme = reference.scheme {
            let bytes = Array(scheme.utf8)
            guard let first = bytes.first, isLetter(first),
                bytes.allSatisfy({ isLetter($0) || isDigit($0) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E })
            else { return false }
        }
        if let authority = reference.authority, !isAuthority(authority) { return false }
        // A relative path must not look as if it began with a scheme (RFC 3986 §4.2).
        if reference.scheme == nil, reference.authority == nil,
            reference.path.utf8.prefix(while: { $0 != 0x2F }).contains(0x3A)
        {
            return false
        }
        return consists(reference.path, of: ":@/") && consists(reference.query ?? "", of: ":@/?")
            && consists(reference.fragment ?? "", of: ":@/?")
    }

    /// Whether the text holds nothing but unreserved characters, sub-delimiters, percent escapes and `others`.
    private static func consists(_ text: some StringProtocol, of others: String) -> Bool {
        let allowed = Array(("-._~!$&'()*+,;=" + others).utf8)
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            if byte == 0x25 {
                guard bytes.next().flatMap(hexDigit) != nil, bytes.next().flatMap(hexDigit) != nil else { return false }
            } else if !isLetter(byte), !isDigit(byte), !allowed.contains(byte) {
                return false
            }
        }
        return true
    }

    /// `[userinfo@]host[:port]` (RFC 3986 §3.2)
    private static func isAuthority(_ text: String) -> Bool {
        var rest = text.utf8[...]
        if let at = rest.lastIndex(of: 0x40) {
            guard consists(text[..<at], of: ":") else { return false }
            rest = rest[rest.index(after: at)...]
        }
        if rest.first == 0x5B {
            guard let end = rest.firstIndex(of: 0x5D) else { return false }
            let literal = Array(rest[..<end].dropFirst())
            guard isIPv6(literal) || isFutureAddress(literal) else { return false }
            rest = rest[rest.index(after: end)...]
            guard rest.isEmpty || rest.first == 0x3A else { return false }
            return rest.dropFirst().allSatisfy(isDigit)
        }
        let host = rest.prefix { $0 != 0x3A }
        return consists(Substring(host), of: "") && rest.dropFirst(host.count + 1).allSatisfy(isDigit)
    }

    /// `IPvFuture` of RFC 3986 §3.2.2.
    private static func isFutureAddress(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 4, bytes[0] | 0x20 == 0x76, let dot = bytes.firstIndex(of: 0x2E), dot >= 2,
            dot < bytes.count - 1
        else { return false }
        return bytes[1..<dot].allSatisfy { hexDigit($0) != nil }
            && bytes[(dot + 1)...].allSatisfy { isLetter($0) || isDigit($0) || "-._~!$&'()*+,;=:".utf8.contains($0) }
    }
}
