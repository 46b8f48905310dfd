/// The files that the binary carries: built-in templates, the guest, seccomp profiles.
public enum EmbeddedFiles {
    /// The folders of the repository that are embedded.
    public enum Folder: String, Sendable, CaseIterable {
        case templates = "Templates/"
        case guest = "sandbox/guest/"
        case profiles = "sandbox/profiles/"
        case zygote = "sandbox/zygote/"
    }

    /// The shared object that a zygote's interpreter loads.
    public static var zygoteExtension: [UInt8] {
        var (bytes, half): ([UInt8], UInt8?) = ([], nil)
        for digit in files(in: .zygote)["airlock_zygote.so"] ?? [] {
            let value = digit < 0x3A ? digit & 15 : (digit & 15) + 9
            if let high = half { bytes.append(high << 4 | value) }
            half = half == nil ? value : nil
        }
        return bytes
    }

    /// The files below a folder, by their path in it; the zygote's in hexadecimal.
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
