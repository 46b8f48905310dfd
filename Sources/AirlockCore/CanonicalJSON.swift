extension JSONValue {
    /// Compact JSON text that is the same for equal values: members sorted by the bytes of their names, and a number
    /// that is whole and fits in 64 bits written without fraction and exponent. This is what digests are taken of.
    public var canonicalJSONBytes: [UInt8] {
        var bytes: [UInt8] = []
        appendCanonicalJSON(to: &bytes)
        return bytes
    }

    private func appendCanonicalJSON(to bytes: inout [UInt8]) {
        switch self {
        case .number(let number): number.canonical.appendText(to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.appendCanonicalJSON(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONValue.append(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.appendCanonicalJSON(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        default: appendJSON(to: &bytes)
        }
    }
}

extension JSONNumber {
    fileprivate var canonical: JSONNumber {
        if let whole = int64 { return JSONNumber(whole) }
        if let double, let nearest = JSONNumber(double), nearest == self { return nearest }
        return self
    }
}
