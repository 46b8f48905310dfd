public import AirlockCore
import EmbeddedFiles
import Glibc

/// The files a runner works with: those the binary carries, or those of a directory that takes their place.
public struct Assets: Sendable {
    public let guest: [String: [UInt8]]
    public let profiles: [String: [UInt8]]

    /// The built-in templates, by file name.
    public static var builtInTemplates: [String: [UInt8]] {
        var templates: [String: [UInt8]] = [:]
        for (name, bytes) in EmbeddedFiles.files(in: .templates) where name.hasSuffix(".py") {
            templates[String(name.dropLast(3))] = bytes
        }
        return templates
    }

    /// - Parameter environment: `AIRLOCK_GUEST` and `AIRLOCK_PROFILES` name directories that take the place of the
    ///   embedded files.
    public init(environment: [String: String]) throws(AirlockError) {
        guest = try Self.files(.guest, replacement: environment["AIRLOCK_GUEST"])
        profiles = try Self.files(.profiles, replacement: environment["AIRLOCK_PROFILES"])
    }

    private static func files(
        _ folder: EmbeddedFiles.Folder, replacement: String?
    ) throws(AirlockError) -> [String: [UInt8]] {
        guard let replacement, !replacement.isEmpty else { return EmbeddedFiles.files(in: folder) }
        var files: [String: [UInt8]] = [:]
        try collect(replacement, prefix: "", depth: 0, into: &files)
        return files
    }

    private static func collect(
        _ directory: String, prefix: String, depth: Int, into files: inout [String: [UInt8]]
    ) throws(AirlockError) {
        guard depth < 8, let listing = opendir(directory) else {
            let cause = String(cString: strerror(errno))
            throw AirlockError(
                .fileFailed, "cannot read the directory \(directory)", at: .file(directory), cause: cause)
        }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let path = "\(directory)/\(name)"
            var status = stat()
            guard !name.hasPrefix("."), name != "__pycache__", stat(path, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try collect(path, prefix: "\(prefix)\(name)/", depth: depth + 1, into: &files)
            } else if name.hasSuffix(".py") || name.hasSuffix(".json") {
                files[prefix + name] = try contents(of: path)
            }
        }
    }

    private static func contents(of path: String) throws(AirlockError) -> [UInt8] {
        guard let file = fopen(path, "re") else {
            throw AirlockError(
                .fileFailed, "cannot read \(path)", at: .file(path), cause: String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 16384))
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
    }
}
