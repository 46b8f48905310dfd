import AirlockCore
import Glibc

/// The directory that `--artifacts` names.
struct ArtifactFolder {
    let path: String

    /// Writes the artifacts of a run into this directory, or into one of this name in it, for one of several runs.
    ///
    /// - Returns: where each was written, by name.
    func write(of result: RunResult, into name: String? = nil) throws -> [String: String] {
        let artifacts = result.outputs.compactMap { output in
            if case .artifact(let artifact) = output { artifact } else { nil }
        }
        guard !artifacts.isEmpty, let name else { return try write(artifacts) }
        try make()
        return try ArtifactFolder(path: path + "/" + name).write(artifacts)
    }

    private func make() throws {
        if mkdir(path, 0o777) != 0, errno != EEXIST {
            throw AtomicFile.failure(path, "the directory for artifacts cannot be made", errno)
        }
    }

    /// Writes the artifacts of a run; the directory is made when it is missing.
    ///
    /// A script chooses the names, so each is checked here once more, and nothing but a regular file is ever replaced.
    ///
    /// - Returns: where each was written, by name.
    func write(_ artifacts: [Artifact]) throws -> [String: String] {
        guard !artifacts.isEmpty else { return [:] }
        try make()
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw AtomicFile.failure(path, "the directory for artifacts cannot be opened", errno) }
        defer { close(folder) }
        var paths: [String: String] = [:]
        for artifact in artifacts {
            let place = path.hasSuffix("/") ? path + artifact.name : "\(path)/\(artifact.name)"
            guard Self.isSafe(artifact.name) else {
                throw AtomicFile.failure(path, "an artifact's name is not safe", nil)
            }
            var status = stat()
            if fstatat(folder, artifact.name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT != S_IFREG {
                throw AtomicFile.failure(place, "what stands there is not a regular file", nil)
            }
            try AtomicFile.write(artifact.bytes, named: artifact.name, in: folder, path: place)
            paths[artifact.name] = place
        }
        return paths
    }

    /// A plain file name: no separator, no leading dot, no control character, at most 255 bytes.
    static func isSafe(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 255 && name.utf8.first != 0x2E
            && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "/" }
    }
}
