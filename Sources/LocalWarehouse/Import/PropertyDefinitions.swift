public import AirlockCore

/// Known property types, as a file of definitions gives them.
public struct PropertyDefinitions: Sendable, Hashable {
    public struct Key: Sendable, Hashable {
        public var scope: PropertyScope
        public var name: String

        public init(scope: PropertyScope, name: String) {
            self.scope = scope
            self.name = name
        }
    }

    public var types: [Key: PropertyType]

    public init(types: [Key: PropertyType] = [:]) { self.types = types }

    /// Reads the file `path`; see ``init(_:path:)``.
    public init(path: String) throws(AirlockError) {
        let source = try FileSource(path: path)
        let bytes = try source.peek(Self.maxFileBytes + 1)
        guard bytes.count <= Self.maxFileBytes else {
            throw AirlockError(
                .invalidData, "the definitions are longer than \(ByteCount(Self.maxFileBytes))", at: .file(path))
        }
        let document: JSONValue
        do {
            document = try JSONValue(json: bytes)
        } catch {
            throw AirlockError(
                .invalidData, "the definitions are not JSON: \(error.reason)",
                at: .file(path, line: error.line, column: error.column), hint: Self.shapes)
        }
        try self.init(document, path: path)
    }

    /// Reads `{"name": "Numeric", …}` for properties of events, or a list as PostHog's API answers it: objects with
    /// `name`, the type in `property_type` or `type`, and the scope in `scope` or `type` (a name, or 1 to 4). Entries whose
    /// type is null are left out; `Duration` is read as `Numeric`.
    ///
    /// - Throws: `invalid_data` with every fault found.
    public init(_ document: JSONValue, path: String) throws(AirlockError) {
        var problems: [Problem] = []
        types = [:]
        if let list = document.arrayValue ?? document["results"]?.arrayValue {
            for (index, entry) in list.enumerated() { read(entry, "/\(index)", &problems) }
        } else if let object = document.objectValue {
            for (name, value) in object {
                let pointer = "/" + Self.escaped(name)
                guard let type = Self.type(value, pointer, &problems) else { continue }
                types[Key(scope: .event, name: name)] = type
            }
        } else {
            problems.append(Problem("type", "a list or an object was expected, not \(document.typeName)"))
        }
        guard problems.isEmpty else {
            throw AirlockError(
                .invalidData, "the definitions cannot be read", at: .file(path), hint: Self.shapes,
                problems: Array(problems.prefix(20)))
        }
    }

    private static let maxFileBytes = 64 << 20
    private static let shapes =
        #"Write {"amount": "Numeric"} or [{"name": "amount", "type": "Numeric", "scope": "event"}]."#

    private mutating func read(_ entry: JSONValue, _ pointer: String, _ problems: inout [Problem]) {
        guard let object = entry.objectValue, let name = object["name"]?.stringValue, !name.isEmpty else {
            problems.append(Problem("name", "an object with a 'name' was expected", pointer: pointer))
            return
        }
        let scopeValue = object["scope"] ?? object["type"].flatMap { Self.scope($0) == nil ? nil : $0 }
        var scope = PropertyScope.event
        if let scopeValue, !scopeValue.isNull {
            guard let written = Self.scope(scopeValue) else {
                let allowed = PropertyScope.allCases.map { JSONValue.string($0.rawValue) }
                problems.append(
                    Problem("scope", "no such scope", pointer: pointer + "/scope", allowed: .array(allowed)))
                return
            }
            scope = written
        }
        let member = object["property_type"] != nil ? "property_type" : "type"
        guard let value = object[member], Self.scope(value) == nil else { return }
        guard let type = Self.type(value, "\(pointer)/\(member)", &problems) else { return }
        types[Key(scope: scope, name: name)] = type
    }

    private static func scope(_ value: JSONValue) -> PropertyScope? {
        if let number = value.intValue { return [1: .event, 2: .person, 3: .group, 4: .session][number] }
        return value.stringValue.flatMap { PropertyScope(rawValue: $0) }
    }

    private static func type(_ value: JSONValue, _ pointer: String, _ problems: inout [Problem]) -> PropertyType? {
        if value.isNull { return nil }
        let names = PropertyType.allCases.map(\.rawValue)
        guard let written = value.stringValue else {
            problems.append(Problem("type", "a type is the name of one, not \(value.typeName)", pointer: pointer))
            return nil
        }
        if let type = PropertyType.allCases.first(where: { $0.rawValue.lowercased() == written.lowercased() }) {
            return type
        }
        if written == "Duration" { return .numeric }
        problems.append(
            Problem(
                "type", "no such property type", pointer: pointer, allowed: .array(names.map(JSONValue.string)),
                suggested: nearestName(to: written, in: names).map(JSONValue.string)))
        return nil
    }

    /// A reference token of a JSON pointer (RFC 6901 §3).
    private static func escaped(_ name: String) -> String {
        String(name.flatMap { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) })
    }
}
