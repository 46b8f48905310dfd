extension JSONValue {
    /// Compact JSON text that is the same for equal values: members sorted by the bytes of their names, and a number
    /// that is whole and fits in 64 bits written without fraction and exponent. This is what digests are taken of.
    public var canonicalJSONBytes: [UInt8] { canonical.jsonBytes }

    private var canonical: JSONValue {
        switch self {
        case .number(let number):
            if let whole = number.int64 { return .int(whole) }
            if let double = number.double, let nearest = JSONNumber(double), nearest == number {
                return .number(nearest)
            }
            return self
        case .array(let elements): return .array(elements.map(\.canonical))
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            return .object(JSONObject(sorted.map { ($0.key, $0.value.canonical) }))
        default: return self
        }
    }
}
