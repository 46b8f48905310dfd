/// Simple case folding, from the standard library's case mappings: a mapping to more than one scalar (`ß` to `SS`)
/// does not count, as in RE2.
enum CaseFolding {
    /// The form that all case variants of a scalar share.
    static func fold(_ scalar: UInt32) -> UInt32 {
        if scalar < 0x80 { return scalar >= 0x41 && scalar <= 0x5A ? scalar | 0x20 : scalar }
        return lower(upper(scalar))
    }

    /// The other forms of a scalar that differ in case only.
    static func variants(of scalar: UInt32) -> [UInt32] {
        var found: [UInt32] = []
        for variant in [lower(scalar), upper(scalar), lower(upper(scalar)), upper(lower(scalar))]
        where variant != scalar && !found.contains(variant) {
            found.append(variant)
        }
        return found
    }

    private static func lower(_ scalar: UInt32) -> UInt32 {
        if scalar < 0x80 { return scalar >= 0x41 && scalar <= 0x5A ? scalar | 0x20 : scalar }
        return Unicode.Scalar(scalar).flatMap { single($0.properties.lowercaseMapping) } ?? scalar
    }

    private static func upper(_ scalar: UInt32) -> UInt32 {
        if scalar < 0x80 { return scalar >= 0x61 && scalar <= 0x7A ? scalar & ~0x20 : scalar }
        return Unicode.Scalar(scalar).flatMap { single($0.properties.uppercaseMapping) } ?? scalar
    }

    private static func single(_ text: String) -> UInt32? {
        var scalars = text.unicodeScalars.makeIterator()
        guard let first = scalars.next(), scalars.next() == nil else { return nil }
        return first.value
    }
}
