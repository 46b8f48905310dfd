/// The files that the binary carries: built-in templates, the guest, seccomp profiles.
public enum EmbeddedFiles {
    /// The folders of the repository that are embedded.
    public enum Folder: String, Sendable, CaseIterable {
        case templates = "Templates/"
        case guest = "sandbox/guest/"
        case profiles = "sandbox/profiles/"
    }

    /// The files below a folder, by their path in it.
    public static func files(in folder: Folder) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for (path, text) in content {
            let name = path.description
            guard name.hasPrefix(folder.rawValue) else { continue }
            let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            files[String(name.dropFirst(folder.rawValue.count))] = Array(bytes)
        }
        return files
    }
}
