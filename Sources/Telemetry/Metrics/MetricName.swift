/// Names as Prometheus has them.
enum MetricName {
    /// A metric's name, `[a-zA-Z_:][a-zA-Z0-9_:]*`: whatever else is in it becomes `_`.
    static func metric(_ label: String) -> String { clean(label, colons: true) }

    /// A label's name, `[a-zA-Z_][a-zA-Z0-9_]*`; what begins with `__` is Prometheus' own.
    static func label(_ name: String) -> String {
        let clean = clean(name, colons: false)
        return clean.hasPrefix("__") ? "x" + clean : clean
    }

    /// The name with this ending, once.
    static func metric(_ label: String, ending: String) -> String {
        let name = metric(label)
        return name.hasSuffix(ending) ? name : name + ending
    }

    private static func clean(_ text: String, colons: Bool) -> String {
        var bytes = text.utf8.prefix(128).map { byte -> UInt8 in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: byte
            case 0x3A where colons: byte
            default: 0x5F
            }
        }
        if bytes.first.map({ $0 >= 0x30 && $0 <= 0x39 }) ?? true { bytes.insert(0x5F, at: 0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
