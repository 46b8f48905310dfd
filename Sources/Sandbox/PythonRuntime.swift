package import AirlockCore
import AirlockLauncher
import Glibc

/// An interpreter of the host, and all that the sandbox has to show of the host for it to run.
public struct PythonRuntime: Sendable, Hashable {
    /// A file or directory of the host that the sandbox shows under the same path.
    struct Piece: Sendable, Hashable {
        var path: String
        var isDirectory: Bool
        var identity: FileIdentity
    }

    /// The real executable, symbolic links and shims resolved.
    public var executable: String
    /// `3.11.2`
    public var version: String
    /// What it is made of; portable isolation shows these where they are.
    var pieces: [Piece]
    /// The installed guest on the host; full isolation shows it as `/airlock`.
    var guestDirectory: String
    /// A directory that is the root of full isolation's view: copies of the single files, links, and mount points for
    /// the directories. One mount instead of one per file, and no inode of it is shared with the host's own programs.
    var viewDirectory: String
    /// As it was found or asked for: a link, a shim, the interpreter of a virtual environment.
    public var command = ""
    /// Where the interpreter's own packages lie on the host; none in `strict`.
    var packageDirectories: [String] = []
    /// The versions of the distributions that lie there, by normalised name (PEP 503); none in `strict`.
    public var packages: [String: String] = [:]

    /// Where the guest's files stand in the sandbox.
    static let guestPath = "/airlock"

    /// Where full isolation shows a directory. Those of packages have a place of their own: they may lie anywhere on the
    /// host, under `/tmp` too, where the scratch directory is.
    func place(of directory: String) -> String {
        packageDirectories.firstIndex(of: directory).map { "/packages/\($0)" } ?? directory
    }

    /// The packages' directories, as the script finds them.
    func packagePath(_ isolation: IsolationReport.Level) -> [String] {
        guard isolation == .full else { return packageDirectories }
        return packageDirectories.map { directory in
            // One that lies in another is shown there.
            let shown = pieces.filter(\.isDirectory).map(\.path).first { (directory + "/").hasPrefix($0 + "/") }
            return shown.map {
                place(of: $0) + String(decoding: directory.utf8.dropFirst($0.utf8.count), as: UTF8.self)
            } ?? directory
        }
    }
}

/// What tells whether a file is still the one that was looked at.
struct FileIdentity: Sendable, Hashable {
    var inode: UInt64
    var size: Int
    var modified: Int64

    /// - Returns: `nil` when there is no such file.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }

    init?(json: JSONValue?) {
        guard let parts = json?.arrayValue, parts.count == 3, let inode = parts[0].stringValue.flatMap(UInt64.init),
            let size = parts[1].intValue, let modified = parts[2].intValue
        else { return nil }
        self.inode = inode
        self.size = size
        self.modified = Int64(modified)
    }

    var json: JSONValue { [.string(String(inode)), .int(size), .int(modified)] }
}

extension PythonRuntime {
    /// The interpreter to use: `AIRLOCK_PYTHON`, else `/usr/bin/python3`, else the first `python3` on `PATH`.
    package static func candidate(environment: [String: String]) throws(AirlockError) -> String {
        if let chosen = environment["AIRLOCK_PYTHON"], !chosen.isEmpty {
            guard access(chosen, X_OK) == 0 else {
                throw AirlockError(
                    .interpreterUnavailable, "AIRLOCK_PYTHON names \(chosen), which cannot be executed",
                    hint: "Set AIRLOCK_PYTHON to a Python 3.9 or newer, or unset it to use /usr/bin/python3.")
            }
            return chosen
        }
        let directories = ["/usr/bin"] + (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for directory in directories where directory.hasPrefix("/") {
            let path = directory + "/python3"
            if access(path, X_OK) == 0 { return path }
        }
        throw AirlockError(
            .interpreterUnavailable, "no python3 was found in /usr/bin or on PATH",
            hint: "Install it (apt-get install python3), or set AIRLOCK_PYTHON to one.")
    }

    /// Whether everything is still as it was when the runtime was described.
    package var isCurrent: Bool {
        access(guestDirectory + "/bootstrap.pyc", R_OK) == 0
            && (isShownInPlace(executable) || access(viewDirectory + executable, X_OK) == 0)
            && access(viewDirectory + Self.guestPath, F_OK) == 0
            && pieces.allSatisfy { FileIdentity(of: $0.path) == $0.identity }
    }

    /// Whether a directory that holds the file is shown, so that the view has no copy of it.
    private func isShownInPlace(_ path: String) -> Bool {
        pieces.contains { $0.isDirectory && path.hasPrefix($0.path + "/") }
    }

    init?(json: JSONValue) {
        guard let executable = json["executable"]?.stringValue, let version = json["version"]?.stringValue,
            let guest = json["guest"]?.stringValue, let view = json["view"]?.stringValue,
            let pieces = json["pieces"]?.arrayValue
        else { return nil }
        self.init(
            executable: executable, version: version, pieces: [], guestDirectory: guest, viewDirectory: view)
        for piece in pieces {
            guard let path = piece["path"]?.stringValue, let isDirectory = piece["directory"]?.boolValue,
                let identity = FileIdentity(json: piece["identity"])
            else { return nil }
            self.pieces.append(Piece(path: path, isDirectory: isDirectory, identity: identity))
        }
        guard let directories = json["package_directories"]?.arrayValue, let packages = json["packages"]?.objectValue
        else { return nil }
        packageDirectories = directories.compactMap(\.stringValue)
        for (name, version) in packages { self.packages[name] = version.stringValue }
    }

    var json: JSONValue {
        [
            "executable": .string(executable), "version": .string(version), "guest": .string(guestDirectory),
            "view": .string(viewDirectory),
            "package_directories": .array(packageDirectories.map(JSONValue.string)),
            "packages": .object(
                JSONObject(packages.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) })),
            "pieces": .array(
                pieces.map {
                    ["path": .string($0.path), "directory": .bool($0.isDirectory), "identity": $0.identity.json]
                }),
        ]
    }
}
