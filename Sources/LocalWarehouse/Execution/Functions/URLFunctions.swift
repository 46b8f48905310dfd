internal import AirlockCore

/// Parts of URLs, found by their marks alone; nothing is resolved or checked.
enum URLFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [:]
        let texts: [(String, @Sendable (String) -> String)] = [
            ("protocol", { parts($0).scheme }), ("domain", { host($0) }),
            ("domainWithoutWWW", { withoutWWW(host($0)) }), ("path", { parts($0).path }),
            ("pathFull", { parts($0).rest }), ("queryString", { parts($0).query }),
            ("fragment", { parts($0).fragment }),
            (
                "queryStringAndFragment",
                { text in
                    if let mark = text.firstIndex(of: "?") { return String(text[text.index(after: mark)...]) }
                    return text.firstIndex(of: "#").map { String(text[$0...]) } ?? ""
                }
            ),
            ("cutQueryString", { cut($0, from: "?", to: "#") }), ("cutFragment", { cut($0, from: "#", to: nil) }),
            ("cutQueryStringAndFragment", { cut($0, from: $0.contains("?") ? "?" : "#", to: nil) }),
            ("cutWWW", { cutWWW($0) }), ("topLevelDomain", { topLevel(host($0)) }),
            ("netloc", { isHost(parts($0).host[...]) ? parts($0).host : "" }),
        ]
        for (name, map) in texts {
            let bind: FunctionBinding.Bind = { call throws(AirlockError) in
                try call.count(1)
                try call.string(0)
                return call.call(.string) { .string(map($0[0].text)) }
            }
            all[name] = bind
        }
        let parameter: FunctionBinding.Bind = { call throws(AirlockError) in
            try call.count(2)
            try call.string(0)
            try call.string(1)
            return call.call(.string) { values in
                let name = values[1].text + "="
                return .string(
                    parameters(values[0].text).first { $0.hasPrefix(name) }.map { String($0.dropFirst(name.count)) }
                        ?? "")
            }
        }
        all["extractURLParameter"] = parameter
        let lists: [(String, @Sendable (String) -> [String])] = [
            ("extractURLParameters", { parameters($0) }),
            ("extractURLParameterNames", { parameters($0).map { String($0.prefix { $0 != "=" }) } }),
            ("URLHierarchy", { hierarchy($0, pathOnly: false) }),
            ("URLPathHierarchy", { hierarchy($0, pathOnly: true) }),
        ]
        for (name, map) in lists {
            let bind: FunctionBinding.Bind = { call throws(AirlockError) in
                try call.count(1)
                try call.string(0)
                try call.neverNull()
                return call.call(.array(.string)) { .array(map($0[0].text).map(Value.string)) }
            }
            all[name] = bind
        }
        all["port"] = port
        all["cutURLParameter"] = cutParameter
        return all
    }()

    private struct Parts {
        var scheme = ""
        /// With user and port; up to the first `/`, `?` or `#`.
        var host = ""
        /// From the first slash behind the host on.
        var rest = ""
        /// Behind the first question mark, up to a number sign.
        var query = ""
        /// Behind the first number sign.
        var fragment = ""

        /// Up to the first `?` or `#`.
        var path: String { String(rest.prefix { $0 != "?" && $0 != "#" }) }
    }

    private static func parts(_ url: String) -> Parts {
        var parts = Parts()
        if let mark = url.firstIndex(of: "#") { parts.fragment = String(url[url.index(after: mark)...]) }
        if let mark = url.firstIndex(of: "?") {
            parts.query = String(url[url.index(after: mark)...].prefix { $0 != "#" })
        }
        var rest = url[...]
        if let separator = StringSearchFunctions.find(Array("//".utf8), in: Array(url.utf8)) {
            let start = url.utf8.index(url.startIndex, offsetBy: separator)
            let before = rest[..<start]
            if before.isEmpty
                || (before.last == ":"
                    && before.dropLast().allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
            {
                parts.scheme = String(before.dropLast())
                rest = rest[url.utf8.index(start, offsetBy: 2)...]
            }
        }
        parts.host = String(rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" })
        parts.rest = self.rest(of: url)
        return parts
    }

    /// What follows the host, as ClickHouse finds it: from the first slash on or, where that is the first of two, from the
    /// next one behind them.
    private static func rest(of url: String) -> String {
        let bytes = url.utf8
        guard var slash = bytes.firstIndex(of: 0x2F) else { return "" }
        let next = bytes.index(after: slash)
        if next < bytes.endIndex, bytes[next] == 0x2F {
            guard let third = bytes[bytes.index(after: next)...].firstIndex(of: 0x2F) else { return "" }
            slash = third
        }
        return String(url[slash...])
    }

    /// Without user and port; empty when it holds no point, or a sign that no host has, as ClickHouse has it.
    private static func host(_ url: String) -> String {
        var host = parts(url).host[...]
        if let at = host.lastIndex(of: "@") {
            // Without a scheme a user's password reads as a port, and what follows as nothing.
            if host[..<at].contains(":"), !url.contains("//") { return "" }
            host = host[host.index(after: at)...]
        }
        if let colon = host.firstIndex(of: ":") { host = host[..<colon] }
        guard isHost(host), let point = host.lastIndex(of: "."),
            host.index(after: point) < host.endIndex
        else { return "" }
        return String(host)
    }

    /// Whether there is no sign that neither a host nor a user has.
    private static func isHost(_ text: Substring) -> Bool { !text.contains { " \t<>%{}|\\^~[];=&".contains($0) } }

    private static func withoutWWW(_ host: String) -> String {
        host.hasPrefix("www.") ? String(host.dropFirst(4)) : host
    }

    private static func topLevel(_ host: String) -> String {
        guard let point = host.lastIndex(of: ".") else { return "" }
        let last = host[host.index(after: point)...]
        // The last part of an address in numbers is no domain.
        return last.first?.isNumber ?? true ? "" : String(last)
    }

    private static func cut(_ text: String, from: Character, to: Character?) -> String {
        guard let start = text.firstIndex(of: from) else { return text }
        guard let to, let end = text[start...].firstIndex(of: to) else { return String(text[..<start]) }
        return String(text[..<start]) + String(text[end...])
    }

    private static func cutWWW(_ text: String) -> String {
        for mark in ["://www.", "//www."] {
            if let found = StringSearchFunctions.find(Array(mark.utf8), in: Array(text.utf8)) {
                let bytes = Array(text.utf8)
                let keep = mark.utf8.count - 4
                return String(decoding: bytes[..<(found + keep)] + bytes[(found + mark.utf8.count)...], as: UTF8.self)
            }
        }
        return text
    }

    /// What stands between the marks of a query and a fragment; at the very end only with a `=`.
    private static func parameters(_ url: String) -> [String] {
        let bytes = Array(url.utf8)
        var result: [String] = []
        guard var place = bytes.firstIndex(where: { $0 == 0x3F || $0 == 0x23 }) else { return [] }
        while place < bytes.count {
            var start = place + 1
            var mark = start
            while true {
                guard
                    let found = bytes[min(mark, bytes.count)...].firstIndex(where: {
                        $0 == 0x3D || $0 == 0x26 || $0 == 0x23 || $0 == 0x3F
                    })
                else { return result }
                mark = found
                guard bytes[found] == 0x3F else { break }
                mark += 1
                start = mark
            }
            place = bytes[start...].firstIndex { $0 == 0x26 || $0 == 0x23 } ?? bytes.count
            result.append(String(decoding: bytes[start..<place], as: UTF8.self))
        }
        return result
    }

    private static let port: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        try call.string(0)
        if call.arguments.count == 2 { try call.integer(1) }
        return call.call(.uint16) { values in
            let fallback = values.count > 1 ? values[1] : .int(0)
            let url = values[0].text
            let authority = parts(url).host
            let user = authority.lastIndex(of: "@").map { authority[..<$0] } ?? ""
            guard !host(url).isEmpty, !user.contains(":"), let colon = authority.lastIndex(of: ":"),
                let port = UInt16(authority[authority.index(after: colon)...])
            else { return fallback }
            return .int(Int64(port))
        }
    }

    /// The URL cut off at each of its marks, from the host on.
    private static func hierarchy(_ url: String, pathOnly: Bool) -> [String] {
        let bytes = Array(url.utf8)
        let isMark: (UInt8) -> Bool = { [0x2F, 0x3F, 0x23].contains($0) }
        guard let colon = bytes.firstIndex(of: 0x3A), colon > 0, bytes[colon...].starts(with: Array("://".utf8)),
            !bytes[..<colon].contains(where: isMark)
        else { return pathOnly || bytes.isEmpty ? [] : [url] }
        let path = bytes[(colon + 3)...].firstIndex(where: isMark) ?? bytes.count
        var result: [String] = []
        var index = pathOnly ? path + 1 : path
        if !pathOnly {
            result.append(String(decoding: bytes[..<min(path + 1, bytes.count)], as: UTF8.self))
            index = path + 1
        }
        let origin = pathOnly ? path : 0
        while index < bytes.count {
            let mark = bytes[(index + 1)...].firstIndex(where: isMark) ?? bytes.count - 1
            result.append(String(decoding: bytes[origin...mark], as: UTF8.self))
            index = mark + 1
        }
        return result
    }

    /// The URL without a parameter, or without several.
    private static let cutParameter: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        if call.arguments[1].type.element == nil { try call.string(1) }
        return call.call(.string) { values in
            let names = values[1].elements.isEmpty ? [values[1]] : values[1].elements
            var bytes = values[0].utf8
            for name in names {
                let key = name.utf8 + [0x3D]
                var from = 0
                while let found = StringSearchFunctions.find(key, in: bytes, from: from) {
                    from = found + 1
                    guard found > 0, [0x3F, 0x26, 0x23].contains(bytes[found - 1]) else { continue }
                    guard bytes[..<found].contains(0x3F) || bytes[..<found].contains(0x23) else { continue }
                    let end = bytes[found...].firstIndex { $0 == 0x26 || $0 == 0x23 } ?? bytes.count
                    if end < bytes.count, bytes[end] == 0x26 {
                        bytes.removeSubrange(found...end)
                    } else {
                        let begin = bytes[found - 1] == 0x26 ? found - 1 : found
                        bytes.removeSubrange(begin..<end)
                    }
                    break
                }
            }
            return .text(bytes)
        }
    }
}
