/// A number of bytes.
public struct ByteCount: Sendable, Hashable, Comparable {
    public var bytes: Int

    public init(_ bytes: Int) { self.bytes = bytes }

    public static func kibibytes(_ count: Int) -> ByteCount { ByteCount(count << 10) }
    public static func mebibytes(_ count: Int) -> ByteCount { ByteCount(count << 20) }
    public static func gibibytes(_ count: Int) -> ByteCount { ByteCount(count << 30) }

    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

    /// Reads `512`, `64KiB`, `10MB`, `1.5GiB`: a number, then an optional unit; `K`, `M` and `G` alone are binary.
    ///
    /// - Returns: `nil` for anything else, and for what overflows.
    public init?(_ text: String) {
        let units: [(String, Double)] = [
            ("kib", 1024), ("mib", 1_048_576), ("gib", 1_073_741_824), ("kb", 1e3), ("mb", 1e6), ("gb", 1e9),
            ("k", 1024), ("m", 1_048_576), ("g", 1_073_741_824), ("b", 1),
        ]
        let lowered = text.lowercased().filter { $0 != " " }
        let unit = units.first { lowered.hasSuffix($0.0) } ?? ("", 1)
        let digits = lowered.dropLast(unit.0.count)
        guard digits.isPlainDecimal, let value = Double(digits), let bytes = Int(exactly: (value * unit.1).rounded())
        else { return nil }
        self.bytes = bytes
    }
}

extension ByteCount: CustomStringConvertible {
    /// `512 B`, `64 KiB`, `1.5 MiB`.
    public var description: String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var (value, unit) = (Double(bytes), 0)
        while value.magnitude >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        let tenths = (value * 10).rounded() / 10
        return tenths == tenths.rounded() ? "\(Int(tenths)) \(units[unit])" : "\(tenths) \(units[unit])"
    }
}

extension StringProtocol {
    /// `12` or `1.5`: digits with at most one point, starting and ending with a digit. `Double.init` takes far more.
    var isPlainDecimal: Bool {
        let parts = utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
    }
}
