import Glibc
import Testing

/// The inputs that the repository keeps, beside this file: `Corpus` is what libFuzzer found worth keeping, `Regressions`
/// what once broke a rule.
enum KeptInputs {
    static func all(for target: String, file: String = #filePath) throws -> [(path: String, bytes: [UInt8])] {
        let folder = file.prefix(upTo: file.lastIndex(of: "/") ?? file.startIndex)
        return try ["Corpus", "Regressions"].flatMap { kind in
            try entries(of: "\(folder)/\(kind)/\(target)").map { path in (path, try bytes(of: path)) }
        }
    }

    private static func entries(of folder: String) throws -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var paths: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { paths.append("\(folder)/\(name)") }
        }
        return paths.sorted()
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"), "\(path) cannot be opened")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
