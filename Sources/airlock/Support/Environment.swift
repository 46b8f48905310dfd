import Glibc

/// The process's environment.
enum Environment {
    /// All of it, by name; of a name that stands twice the first counts, as for `getenv`.
    static func all() -> [String: String] {
        var variables: [String: String] = [:]
        var entry: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = environ
        while let text = entry.pointee {
            let line = String(cString: text)
            if let equals = line.utf8.firstIndex(of: 0x3D) {
                let name = String(line[..<equals])
                if variables[name] == nil { variables[name] = String(line[line.utf8.index(after: equals)...]) }
            }
            entry += 1
        }
        return variables
    }

    /// One variable; `nil` when it is not set or empty.
    static func value(_ name: String) -> String? {
        guard let text = getenv(name), text.pointee != 0 else { return nil }
        return String(cString: text)
    }
}
