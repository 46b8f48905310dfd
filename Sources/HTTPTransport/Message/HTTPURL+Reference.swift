extension HTTPURL {
    /// Resolves what a `Location` header may hold (RFC 3986, section 5.2).
    ///
    /// - Throws: `invalidRequest` for another scheme than `http` and `https`, and for what ``init(_:)`` refuses.
    func resolving(_ reference: String) throws(HTTPError) -> HTTPURL {
        let text = reference.prefix { $0 != "#" }
        if text.hasPrefix("//") { return try HTTPURL("\(scheme):\(text)") }
        let first = text.prefix { !"/?:".contains($0) }
        if text[first.endIndex...].hasPrefix(":") { return try HTTPURL(String(text)) }
        let path = text.prefix { $0 != "?" }
        let query = path.endIndex == text.endIndex ? nil : text[text.index(after: path.endIndex)...]
        let resolved: String
        if path.isEmpty {
            resolved = self.path
        } else if path.hasPrefix("/") {
            resolved = Self.withoutDots(path)
        } else {
            let folder = self.path[...(self.path.lastIndex(of: "/") ?? self.path.startIndex)]
            resolved = Self.withoutDots(folder + path)
        }
        let ownQuery = path.isEmpty && query == nil ? self.query : query.map(String.init)
        // Through the reader once more: a reference may hold characters that a URL may not.
        return try HTTPURL(
            HTTPURL(origin: origin, path: resolved, query: ownQuery).text)
    }

    private static func withoutDots(_ path: Substring) -> String {
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for segment in segments {
            switch segment {
            case ".": continue
            case "..": _ = kept.popLast()
            default: kept.append(segment)
            }
        }
        let endsInFolder = segments.last == "." || segments.last == ".."
        return "/" + kept.joined(separator: "/") + (endsInFolder && !kept.isEmpty ? "/" : "")
    }
}
