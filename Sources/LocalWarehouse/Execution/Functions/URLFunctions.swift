internal import AirlockCore

/// Parts of URLs, found by their marks alone; nothing is resolved or checked.
enum URLFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [:]
        let texts: [(String, @Sendable (String) -> String)] = [
            ("protocol", { parts($0).scheme }), ("domain", { host($0) }),
            ("domainWithoutWWW", { withoutWWW(host($0)) }), ("path", { parts($0).path }),
            ("pathFull", { parts($0).path + parts($0).query + parts($0).fragment }),
            ("queryString", { String(parts($0).query.dropFirst()) }),
            ("fragment", { String(parts($0).fragment.dropFirst()) }),
            ("queryStringAndFragment", { String((parts($0).query + parts($0).fragment).drop { $0 == "?" }) }),
            ("cutQueryString", { cut($0, from: "?", to: "#") }), ("cutFragment", { cut($0, from: "#", to: nil) }),
            (
                "cutQueryStringAndFragment",
                { text in
                    String(text.prefix { $0 != "?" && $0 != "#" })
                }
            ),
            ("cutWWW", { cutWWW($0) }), ("topLevelDomain", { topLevel(host($0)) }),
            ("decodeURLComponent", { decoded($0) }),
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
        let list: FunctionBinding.Bind = { call throws(AirlockError) in
            try call.count(1)
            try call.string(0)
            guard !call.anyNullable else {
                throw call.fail("cannot take a value that may be NULL", hint: "Wrap it: ifNull(x, '').")
            }
            return call.call(.array(.string)) { .array(parameters($0[0].text).map(Value.string)) }
        }
        all["extractURLParameters"] = list
        return all
    }()

    private struct Parts {
        var scheme = ""
        var host = ""
        var path = ""
        /// With its question mark.
        var query = ""
        /// With its number sign.
        var fragment = ""
    }

    private static func parts(_ url: String) -> Parts {
        var parts = Parts()
        var rest = url[...]
        if let mark = rest.firstIndex(of: "#") {
            parts.fragment = String(rest[mark...])
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: "?") {
            parts.query = String(rest[mark...])
            rest = rest[..<mark]
        }
        let separator = StringFunctions.firstIndex(of: Array("//".utf8), in: Array(rest.utf8))
        if let separator {
            let start = rest.utf8.index(rest.startIndex, offsetBy: separator)
            let before = rest[..<start]
            if before.isEmpty
                || (before.last == ":"
                    && before.dropLast().allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
            {
                parts.scheme = String(before.dropLast())
                rest = rest[rest.utf8.index(start, offsetBy: 2)...]
            }
        }
        guard let slash = rest.firstIndex(of: "/") else {
            parts.host = String(rest)
            return parts
        }
        parts.host = String(rest[..<slash])
        parts.path = String(rest[slash...])
        return parts
    }

    /// Without user and port; empty when it holds no point, as ClickHouse has it.
    private static func host(_ url: String) -> String {
        var host = parts(url).host[...]
        if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
        if let colon = host.firstIndex(of: ":") { host = host[..<colon] }
        let allowed = host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._~".contains($0)) }
        guard allowed, let point = host.firstIndex(of: "."), host.index(after: point) < host.endIndex else { return "" }
        return String(host)
    }

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
            if let found = StringFunctions.firstIndex(of: Array(mark.utf8), in: Array(text.utf8)) {
                let bytes = Array(text.utf8)
                let keep = mark.utf8.count - 4
                return String(decoding: bytes[..<(found + keep)] + bytes[(found + mark.utf8.count)...], as: UTF8.self)
            }
        }
        return text
    }

    private static func parameters(_ url: String) -> [String] {
        guard let mark = url.firstIndex(of: "?") else { return [] }
        return url[url.index(after: mark)...].split { $0 == "&" || $0 == "#" || $0 == "?" }.map(String.init)
            .filter { $0.contains("=") }
    }

    private static func decoded(_ text: String) -> String {
        var (result, bytes, index) = ([UInt8](), Array(text.utf8), 0)
        while index < bytes.count {
            if bytes[index] == 0x25, index + 2 < bytes.count + 0,
                let value = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                result.append(value)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        bytes = []
        return String(decoding: result, as: UTF8.self)
    }
}
