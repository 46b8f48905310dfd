public import AirlockCore
import AirlockLauncher
import Glibc

/// The directory where runtimes are described and the guest is installed, once per interpreter and guest; see
/// `airlock_cache_directory` for where it is.
public struct RuntimeStore: Sendable {
    public let directory: String

    public init(environment: [String: String]) throws(AirlockError) {
        let found = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { path in
            path.baseAddress.flatMap { start in
                airlock_cache_directory(
                    environment["AIRLOCK_CACHE"], environment["XDG_CACHE_HOME"], environment["HOME"], start, path.count)
                    ? String(cString: start) : nil
            }
        }
        guard let found else {
            throw AirlockError(
                .fileFailed, "there is no cache directory: HOME, XDG_CACHE_HOME and AIRLOCK_CACHE are unset",
                hint: "Set AIRLOCK_CACHE to a directory that only you can write.")
        }
        directory = found
    }

    /// The interpreter and the guest, ready to be shown to a sandbox. Takes a few hundred milliseconds the first time
    /// for an interpreter, and after an upgrade of it; else a fraction of one.
    ///
    /// - Parameters:
    ///   - guest: the guest's files by relative path, among them `bootstrap.py` and `describe.py`.
    ///   - profile: `data` shows the interpreter's packages too, and `box` the host's programs.
    public func python(
        guest: [String: [UInt8]], environment: [String: String], profile: SandboxProfile = .strict
    ) throws(AirlockError) -> PythonRuntime {
        let candidate = try PythonRuntime.candidate(environment: environment)
        let digest = Self.digest(of: guest)
        // A link that has moved to another version is another interpreter.
        let real = realpath(candidate, nil).map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        let identity = "\(candidate)\0\(real ?? "")\0\(digest)\0\(profile.rawValue)"
        let key = SHA256.hexDigest(Array(identity.utf8)).prefix(24)
        let path = "\(directory)/python-\(key).json"
        if let known = stored(at: path, as: candidate), known.isCurrent { return known }
        try prepareDirectory()
        let lock = try lockAndSweep()
        defer { withExtendedLifetime(lock.number) {} }
        // Another process may have described it meanwhile.
        let stored = stored(at: path, as: candidate)
        if let stored, stored.isCurrent { return stored }
        var runtime = try describe(candidate, guest: guest, digest: digest, profile: profile)
        runtime.command = candidate
        do throws(AirlockError) {
            try writeFile(path, Array(runtime.json.json.utf8))
        } catch {
            ScratchDirectory.remove(runtime.viewDirectory)
            throw error
        }
        // The interpreter was upgraded: nobody starts from its old view any more.
        if let stored, stored.viewDirectory.hasPrefix(directory + "/view-") {
            ScratchDirectory.remove(stored.viewDirectory)
        }
        return runtime
    }

    private func stored(at path: String, as candidate: String) -> PythonRuntime? {
        guard let bytes = read(path), let json = try? JSONValue(json: bytes) else { return nil }
        var runtime = PythonRuntime(json: json)
        runtime?.command = candidate
        return runtime
    }

    /// A file of the cache; `nil` if there is none, or if anybody else could have put it there: what lies there decides
    /// what the sandbox runs.
    func read(_ path: String) -> [UInt8]? {
        isOurs(directory) && isOurs(path) ? readFile(path, maxBytes: 1 << 20) : nil
    }

    private static func digest(of guest: [String: [UInt8]]) -> String {
        var bytes: [UInt8] = []
        for (name, content) in guest.sorted(by: { $0.key < $1.key }) {
            bytes += Array("\(name)\0\(content.count)\0".utf8) + content
        }
        return String(SHA256.hexDigest(bytes).prefix(16))
    }

    private func isOurs(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_uid == geteuid() && status.st_mode & 0o022 == 0
    }

    private func prepareDirectory() throws(AirlockError) {
        var partial = ""
        for part in directory.split(separator: "/") {
            partial += "/\(part)"
            guard mkdir(partial, 0o755) == 0 || errno == EEXIST else { throw .file(partial) }
        }
        guard isOurs(directory) else {
            throw AirlockError(
                .fileFailed, "the cache directory \(directory) is not yours alone", at: .file(directory),
                hint: "Make it yours and writable by nobody else (chmod go-w), or set AIRLOCK_CACHE to another.")
        }
        // The view holds a copy of the interpreter, which a sandbox executes from there.
        var system = statvfs()
        guard statvfs(directory, &system) == 0 else { throw .file(directory) }
        // ST_NOEXEC, which Swift's view of the C library leaves out.
        guard system.f_flag & 8 == 0 else {
            throw AirlockError(
                .fileFailed, "the cache directory \(directory) lies on a file system that is mounted noexec",
                at: .file(directory), hint: "Set AIRLOCK_CACHE to a directory from which programs can run.")
        }
    }

    private func describe(
        _ candidate: String, guest: [String: [UInt8]], digest: String, profile: SandboxProfile
    ) throws(AirlockError) -> PythonRuntime {
        guard let script = guest["describe.py"] else {
            throw AirlockError(.internalError, "the guest has no describe.py")
        }
        // Of this call alone: runs of several profiles may be prepared at once.
        let staging = "\(directory)/guest-\(digest).new-\(UInt64.random(in: .min ... .max))"
        defer { ScratchDirectory.remove(staging) }
        try install(guest, in: staging)
        let text = try HostCommand.output(of: [
            candidate, "-I", "-S", "-c", String(decoding: script, as: UTF8.self), staging, profile.rawValue,
        ])
        guard let json = try? JSONValue(json: text), let tag = json["tag"]?.stringValue,
            let executable = json["executable"]?.stringValue, let version = json["version"]?.stringValue
        else {
            throw AirlockError(.interpreterUnavailable, "\(candidate) did not describe itself")
        }
        if let complaint = json["unsuitable"]?.stringValue {
            throw AirlockError(
                .interpreterUnavailable, "\(candidate) cannot be used: \(complaint)",
                hint: "Set AIRLOCK_PYTHON to a Python 3.9 or newer.")
        }
        let final = "\(directory)/guest-\(digest)-\(tag)"
        // Another process may have been first: its installation is the same.
        if rename(staging, final) != 0, access(final + "/bootstrap.pyc", R_OK) != 0 { throw .file(final) }
        var runtime = PythonRuntime(
            executable: executable, version: version, pieces: [], guestDirectory: final,
            viewDirectory: "\(directory)/view-\(UInt64.random(in: .min ... .max))")
        for (member, isDirectory) in [("files", false), ("directories", true)] {
            for path in (json[member]?.arrayValue ?? []).compactMap(\.stringValue) {
                guard let identity = FileIdentity(of: path) else { throw .file(path) }
                runtime.pieces.append(.init(path: path, isDirectory: isDirectory, identity: identity))
            }
        }
        runtime.packageDirectories = (json["package_directories"]?.arrayValue ?? []).compactMap(\.stringValue)
        for (name, version) in json["packages"]?.objectValue ?? [:] { runtime.packages[name] = version.stringValue }
        var links: [String: String] = [:]
        for link in json["links"]?.arrayValue ?? [] {
            if let path = link["path"]?.stringValue, let target = link["target"]?.stringValue { links[path] = target }
        }
        try ViewDirectory.make(for: runtime, profile: profile, links: links)
        return runtime
    }

    private func install(_ guest: [String: [UInt8]], in staging: String) throws(AirlockError) {
        ScratchDirectory.remove(staging)
        guard mkdir(staging, 0o755) == 0, chmod(staging, 0o755) == 0 else { throw .file(staging) }
        for (name, content) in guest where name != "describe.py" {
            var partial = staging
            for part in name.split(separator: "/").dropLast() {
                partial += "/\(part)"
                guard mkdir(partial, 0o755) == 0 || errno == EEXIST, chmod(partial, 0o755) == 0 else {
                    throw .file(partial)
                }
            }
            try writeFile("\(staging)/\(name)", content)
        }
    }
}
