import AirlockCore
import Glibc

/// Lays out the root of full isolation's view on the host, once per interpreter.
enum ViewDirectory {
    /// The devices of the host that are shown.
    static func devices(for profile: SandboxProfile) -> [String] {
        profile == .box ? ["/dev/null", "/dev/random", "/dev/urandom", "/dev/zero"] : ["/dev/null"]
    }

    /// - Parameters:
    ///   - links: symbolic links in the view, by path.
    static func make(
        for runtime: PythonRuntime, profile: SandboxProfile, links: [String: String]
    ) throws(AirlockError) {
        let root = runtime.viewDirectory
        let staging = root + ".new"
        do throws(AirlockError) {
            try fill(staging, for: runtime, profile: profile, links: links)
            guard rename(staging, root) == 0 else { throw .file(root) }
        } catch {
            ScratchDirectory.remove(staging)
            throw error
        }
    }

    private static func fill(
        _ staging: String, for runtime: PythonRuntime, profile: SandboxProfile, links: [String: String]
    ) throws(AirlockError) {
        try makeDirectory(staging)
        // Links first: the files are then written through none of them, since paths are real paths already.
        for piece in runtime.pieces {
            if piece.isDirectory {
                try makeDirectories(runtime.place(of: piece.path), below: staging)
            } else {
                try makeDirectories(parent(of: piece.path), below: staging)
                try copy(piece.path, to: staging + piece.path)
            }
        }
        for (path, target) in links {
            try makeDirectories(parent(of: path), below: staging)
            guard symlink(target, staging + path) == 0 || errno == EEXIST else { throw .file(staging + path) }
        }
        for mountPoint in [PythonRuntime.guestPath, "/tmp", "/dev"] {
            try makeDirectories(mountPoint, below: staging)
        }
        for device in devices(for: profile) { try writeFile(staging + device, [], mode: 0o444) }
    }

    private static func parent(of path: String) -> String {
        path.utf8.lastIndex(of: 0x2F).map { String(path[..<$0]) } ?? ""
    }

    private static func makeDirectories(_ path: String, below root: String) throws(AirlockError) {
        var partial = root
        for part in path.split(separator: "/") {
            partial += "/\(part)"
            try makeDirectory(partial)
        }
    }

    private static func makeDirectory(_ path: String) throws(AirlockError) {
        // The umask of the caller must not decide whether the sandbox's identity can read it.
        if mkdir(path, 0o755) == 0 {
            guard chmod(path, 0o755) == 0 else { throw .file(path) }
        } else if errno != EEXIST {
            throw .file(path)
        }
    }

    private static func copy(_ source: String, to target: String) throws(AirlockError) {
        guard let bytes = readFile(source, maxBytes: 256 << 20) else { throw .file(source) }
        try writeFile(target, bytes, mode: 0o555)
    }
}
