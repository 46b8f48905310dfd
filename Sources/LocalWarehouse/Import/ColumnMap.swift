public import AirlockCore

/// Which column of a CSV file, or which constant, becomes which part of an event.
public struct ColumnMap: Sendable, Hashable {
    /// A part of an event.
    public enum Target: Sendable, Hashable {
        case uuid, event, timestamp, distinctID, personID, sessionID, windowID, createdAt
        /// By index, 0 to 4.
        case group(Int)
        case property(String)
        case personProperty(String)
    }

    public enum Source: Sendable, Hashable {
        case column(String)
        case constant(String)
    }

    public struct Entry: Sendable, Hashable {
        public var target: Target
        public var source: Source

        public init(_ target: Target, _ source: Source) {
            self.target = target
            self.source = source
        }
    }

    public var entries: [Entry]

    public init(_ entries: [Entry] = []) { self.entries = entries }

    /// Reads `target=column` and `target='constant'`, one a text, as `--map` gives them.
    ///
    /// - Throws: `invalid_argument` with every fault: no `=`, an unknown target with the nearest, one mapped twice.
    public init(_ texts: [String]) throws(AirlockError) {
        entries = []
        var problems: [Problem] = []
        for text in texts {
            guard let equals = text.firstIndex(of: "="), text.index(after: equals) < text.endIndex else {
                problems.append(Problem("syntax", "'\(text)' is not of the form target=column or target='constant'"))
                continue
            }
            let name = text[..<equals].trimmingSpaces
            guard let target = Target(name: name) else {
                let near = nearestName(to: name, in: Target.names)
                problems.append(
                    Problem(
                        "unknown_target", "an event has no part '\(name)'",
                        allowed: .array(Target.names.map(JSONValue.string)), suggested: near.map(JSONValue.string)))
                continue
            }
            if entries.contains(where: { $0.target == target }) {
                problems.append(Problem("duplicate_target", "'\(name)' is mapped twice"))
                continue
            }
            entries.append(Entry(target, Self.source(text[text.index(after: equals)...].trimmingSpaces)))
        }
        guard problems.isEmpty else {
            throw AirlockError(
                .invalidArgument, "the column mapping cannot be read", at: .argument("--map"),
                hint: "Targets are \(Target.names.joined(separator: ", ")), properties.NAME and person.NAME.",
                problems: problems)
        }
    }

    private static func source(_ text: String) -> Source {
        guard text.utf8.count >= 2, let quote = text.first, quote == "'" || quote == "\"", text.last == quote else {
            return .column(text)
        }
        return .constant(String(text.dropFirst().dropLast()))
    }
}

extension ColumnMap.Target {
    private static let fixed: [(name: String, target: Self)] = [
        ("event", .event), ("timestamp", .timestamp), ("distinct_id", .distinctID), ("uuid", .uuid),
        ("person_id", .personID), ("session_id", .sessionID), ("window_id", .windowID), ("created_at", .createdAt),
        ("group_0", .group(0)), ("group_1", .group(1)), ("group_2", .group(2)), ("group_3", .group(3)),
        ("group_4", .group(4)),
    ]

    static let names = fixed.map(\.name)

    /// The name with or without PostHog's `$`.
    init?(name: String) {
        let plain = name.hasPrefix("$") ? String(name.dropFirst()) : name
        if let found = Self.fixed.first(where: { $0.name == plain }) {
            self = found.target
            return
        }
        for (prefix, make) in Self.families where name.hasPrefix(prefix) && name != prefix {
            self = make(String(name.dropFirst(prefix.count)))
            return
        }
        return nil
    }

    private static let families: [(String, @Sendable (String) -> Self)] = [
        ("properties.", { .property($0) }), ("person.properties.", { .personProperty($0) }),
        ("person.", { .personProperty($0) }),
    ]

    var name: String {
        switch self {
        case .property(let name): "properties.\(name)"
        case .personProperty(let name): "person.\(name)"
        default: Self.fixed.first { $0.target == self }?.name ?? ""
        }
    }
}

extension Substring {
    var trimmingSpaces: String {
        var rest = self
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
