internal import OrderedCollections

/// The members of a JSON object, in the order they were written; equality does not look at the order.
public struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private var members: OrderedDictionary<CodePointString, JSONValue>

    public init() { members = [:] }

    /// A later member replaces an earlier one of the same name.
    public init(_ pairs: some Sequence<(String, JSONValue)>) {
        members = [:]
        for (key, value) in pairs { members[CodePointString(key)] = value }
    }

    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }

    public subscript(_ key: String) -> JSONValue? {
        get { members[CodePointString(key)] }
        set { members[CodePointString(key)] = newValue }
    }

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var keys: [String] { members.keys.map(\.value) }

    public mutating func reserveCapacity(_ count: Int) { members.reserveCapacity(count) }

    /// Adds a member, in the place of one of the same name, and tells whether there was none.
    mutating func insert(_ key: String, _ value: JSONValue) -> Bool {
        members.updateValue(value, forKey: CodePointString(key)) == nil
    }

    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.members.allSatisfy { right.members[$0.key] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        // Order must not matter: fold the members' own hashes with a commutative operation.
        var folded = 0
        for (key, value) in members {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            folded ^= member.finalize()
        }
        hasher.combine(folded)
    }
}

extension JSONObject: Sequence {
    public struct Iterator: IteratorProtocol {
        private var members: OrderedDictionary<CodePointString, JSONValue>.Elements.Iterator

        fileprivate init(_ members: OrderedDictionary<CodePointString, JSONValue>) {
            self.members = members.elements.makeIterator()
        }

        public mutating func next() -> (key: String, value: JSONValue)? {
            members.next().map { (key: $0.key.value, value: $0.value) }
        }
    }

    public func makeIterator() -> Iterator { Iterator(members) }

    public var underestimatedCount: Int { members.count }
}
