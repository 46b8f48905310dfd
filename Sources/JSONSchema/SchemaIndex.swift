internal import AirlockCore

/// The place of a schema: a JSON pointer into a document. 0 is the caller's schema, 1 the meta-schema.
struct Location: Hashable {
    var document: Int
    var pointer: String

    func appending(_ tokens: String...) -> Location {
        Location(document: document, pointer: tokens.reduce(pointer) { $0 + "/" + $1.pointerToken })
    }

    // By code point: the names in a pointer are different when they are only canonically equivalent.
    static func == (left: Location, right: Location) -> Bool {
        left.document == right.document && left.pointer.utf8.elementsEqual(right.pointer.utf8)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(document)
        for byte in pointer.utf8 { hasher.combine(byte) }
    }
}

/// Where the schemas of a document are, and by which names they can be referred to.
struct SchemaIndex {
    struct Entry {
        var value: JSONValue
        /// The URI that references within are relative to.
        var base: String
    }

    private(set) var schemas: [Location: Entry] = [:]
    private var order: [Location] = []
    /// By URI without fragment.
    private var resources: [String: Location] = [:]
    /// By URI, `#` and name.
    private var anchors: [String: Location] = [:]
    private var hasMetaSchema = false

    static let schemaKeywords: Set<String> = [
        "additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else", "unevaluatedItems",
        "unevaluatedProperties", "contentSchema",
    ]
    static let arrayKeywords: Set<String> = ["prefixItems", "anyOf", "oneOf", "allOf"]
    static let mapKeywords: Set<String> = [
        "properties", "patternProperties", "$defs", "definitions", "dependentSchemas",
    ]

    func locations(in document: Int) -> [Location] { order.filter { $0.document == document } }

    mutating func add(document: JSONValue) -> [Problem] {
        resources[""] = Location(document: 0, pointer: "")
        return add(document, at: Location(document: 0, pointer: ""), base: "")
    }

    /// Notes a schema and all schemas in it.
    mutating func add(_ value: JSONValue, at location: Location, base: String) -> [Problem] {
        var problems: [Problem] = []
        var pending = [(value: value, location: location, base: base)]
        while let (value, location, outerBase) = pending.popLast() {
            var base = outerBase
            if let members = value.objectValue {
                name(members, at: location, base: &base, &problems)
                // Backwards, so that they come off the stack in the order of the document.
                pending += SchemaIndex.children(of: members, at: location).reversed().map { ($0.0, $0.1, base) }
            }
            if schemas.updateValue(Entry(value: value, base: base), forKey: location) == nil { order.append(location) }
        }
        return problems
    }

    private static func children(of members: JSONObject, at location: Location) -> [(JSONValue, Location)] {
        var children: [(JSONValue, Location)] = []
        for (key, value) in members {
            if schemaKeywords.contains(key) {
                children.append((value, location.appending(key)))
            } else if arrayKeywords.contains(key) {
                for (index, element) in (value.arrayValue ?? []).enumerated() {
                    children.append((element, location.appending(key, String(index))))
                }
            } else if mapKeywords.contains(key) {
                for (name, member) in value.objectValue ?? [:] {
                    children.append((member, location.appending(key, name)))
                }
            }
        }
        return children
    }

    private mutating func name(
        _ members: JSONObject, at location: Location, base: inout String, _ problems: inout [Problem]
    ) {
        if let id = members["$id"]?.stringValue {
            let uri = URIReference(id)
            if let fragment = uri.fragment, !fragment.isEmpty {
                problems.append(
                    Problem(
                        "invalid_keyword", "must not have a fragment; use $anchor", pointer: location.pointer + "/$id"))
            }
            base = uri.resolved(against: URIReference(base)).absolute
            if resources.updateValue(location, forKey: base) != nil, base != "" {
                problems.append(
                    Problem(
                        "invalid_keyword", "another schema has the same $id", pointer: location.pointer + "/$id"))
            }
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            guard let name = members[keyword]?.stringValue else { continue }
            let previous = anchors.updateValue(location, forKey: base + "#" + name)
            if let previous, previous != location {
                problems.append(
                    Problem(
                        "invalid_keyword", "another schema has the same name",
                        pointer: location.pointer + "/" + keyword))
            }
        }
    }

    // MARK: References

    enum Resolution {
        case found(Location)
        case failed(String)
    }

    /// The schema that `reference` means where `base` holds.
    mutating func resolve(_ reference: String, base: String) -> Resolution {
        let target = URIReference(reference).resolved(against: URIReference(base))
        let uri = target.absolute
        if uri == MetaSchema.uri, !hasMetaSchema, resources[uri] == nil {
            hasMetaSchema = true
            _ = add(MetaSchema.document, at: Location(document: 1, pointer: ""), base: "")
        }
        guard let resource = resources[uri] else {
            return .failed("there is no schema '\(uri)' here; only references within the schema are followed")
        }
        guard let fragment = (target.fragment ?? "").percentDecoded else {
            return .failed("a '%' in a reference must begin a UTF-8 byte in hexadecimal")
        }
        if fragment.isEmpty { return .found(resource) }
        if fragment.utf8.first == 0x2F { return walk(fragment, from: resource) }
        if let location = anchors[uri + "#" + fragment] { return .found(location) }
        let names = anchors.keys.filter { $0.hasPrefix(uri + "#") }.map { String($0.dropFirst(uri.count + 1)) }
        let hint = nearestName(to: fragment, in: names).map { "; did you mean '#\($0)'" } ?? ""
        return .failed("there is no $anchor '\(fragment)'\(hint)")
    }

    private mutating func walk(_ pointer: String, from resource: Location) -> Resolution {
        guard let start = schemas[resource] else { return .failed("there is no schema") }
        var (location, value, base) = (resource, start.value, start.base)
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let name = String(token).fromPointerToken else {
                return .failed("a '~' in a JSON pointer must be followed by 0 or 1")
            }
            switch value {
            case .object(let members):
                guard let member = members[name] else {
                    let hint = nearestName(to: name, in: members.keys).map { "; did you mean \(quoted($0))" } ?? ""
                    return .failed("there is no \(quoted(name)) in '#\(location.pointer)'\(hint)")
                }
                value = member
            case .array(let elements):
                guard let index = Int(name), elements.indices.contains(index), String(index) == name else {
                    return .failed("there is no element \(quoted(name)) in '#\(location.pointer)'")
                }
                value = elements[index]
            default: return .failed("there is nothing in '#\(location.pointer)'")
            }
            location = location.appending(name)
            if let entry = schemas[location] { base = entry.base }
        }
        if schemas[location] == nil { _ = add(value, at: location, base: base) }
        return .found(location)
    }
}
