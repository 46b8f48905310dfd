internal import AirlockCore
internal import Glibc

/// Reads files of templates: regular ones, of bounded size.
enum TemplateFile {
    /// - Throws: `file_failed`, naming the file and what the system said, for a file that cannot be read, is no regular
    ///   file (a directory, a device, a pipe), or is larger than ``Template/maxBytes``.
    static func read(_ path: String) throws(AirlockError) -> [UInt8] {
        guard !path.utf8.contains(0) else {
            throw AirlockError(.fileFailed, "a file's name cannot hold a NUL character")
        }
        // Without O_NONBLOCK the opening of a named pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let kind = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "not a regular file"
            throw AirlockError(.fileFailed, "the template cannot be read: it is \(kind)", at: .file(path))
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, errno)
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= Template.maxBytes else {
                throw AirlockError(
                    .fileFailed,
                    "the file is larger than \(ByteCount(Template.maxBytes)), the most a template may take",
                    at: .file(path))
            }
        }
    }

    /// The names of a directory's entries that end in `.py`, sorted.
    static func names(in directory: String) throws(AirlockError) -> [String] {
        guard !directory.utf8.contains(0), let stream = opendir(directory) else {
            let code = errno
            throw AirlockError(
                .fileFailed, "the directory of templates cannot be read", at: .file(directory),
                hint: "It was named by --templates or AIRLOCK_TEMPLATES.", cause: text(code))
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: UInt8.self, capacity: MemoryLayout.size(ofValue: field.pointee)) {
                    String(validatingCString: $0, length: MemoryLayout.size(ofValue: field.pointee))
                }
            }
            if let name, name.hasSuffix(".py") { names.append(String(name.dropLast(3))) }
        }
        return names.sorted()
    }

    static func exists(_ path: String) -> Bool { !path.utf8.contains(0) && access(path, F_OK) == 0 }

    private static func failure(_ path: String, _ code: Int32) -> AirlockError {
        let hint = code == ELOOP ? "Too many symbolic links follow each other; one probably leads back to itself." : nil
        return AirlockError(
            .fileFailed, "the template cannot be read", at: .file(path), hint: hint, cause: text(code))
    }

    private static func text(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}

extension String {
    /// The bytes before the first NUL; `nil` when they are not UTF-8.
    fileprivate init?(validatingCString start: UnsafePointer<UInt8>, length: Int) {
        let bytes = UnsafeBufferPointer(start: start, count: length).prefix { $0 != 0 }
        self.init(validating: bytes, as: UTF8.self)
    }
}
