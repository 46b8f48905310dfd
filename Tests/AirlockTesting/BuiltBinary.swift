public import AirlockCore
import Foundation

/// The `airlock` binary of this build, run as a user runs it.
public struct BuiltBinary: Sendable {
    /// What a command printed and how it ended.
    public struct Answer: Sendable {
        public var exitCode: Int32
        public var output: String
        public var errors: String

        /// Standard output as the one JSON document it has to be.
        public func json() throws -> JSONValue { try JSONValue(json: output) }
    }

    /// Who runs it: the identity of the tests, or an ordinary user where the tests run as root.
    public enum Identity: String, Sendable, CaseIterable {
        case own, ordinaryUser

        /// Where the tests are not root's, their own identity is an ordinary user's already.
        /// The user id that scripts have outside: the caller's own, and nobody's for root.
        public var scriptOwner: UInt32 {
            self == .ordinaryUser ? UInt32(BuiltBinary.ordinaryUser) ?? 0 : geteuid() == 0 ? 65534 : geteuid()
        }

        public static var possible: [Identity] { geteuid() == 0 ? allCases : [.own] }
    }

    /// The program itself.
    public let path: String
    /// Where it keeps what it needs between runs.
    public let cache: String
    private let identity: Identity

    /// - Parameters:
    ///   - name: another program of the package.
    ///   - cache: a folder for one test alone, for who looks at what is in it. Default: one that all tests share and keep.
    /// - Throws: when this build has no binary, or when the tests are not root's and another identity is asked for.
    public init(_ name: String = "airlock", as identity: Identity = .own, cache: String? = nil) throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let built = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
        self.identity = identity
        path = try Self.reachable(built, name, for: identity)
        self.cache = try cache ?? Self.cacheDirectory(for: identity)
    }

    static let ordinaryUser = "65533"

    /// An ordinary user may not be able to reach the build folder: give it a copy of all programs, once.
    private static func reachable(_ built: String, _ name: String, for identity: Identity) throws -> String {
        guard identity == .ordinaryUser else { return built }
        let copy = "/tmp/airlock-tests-\(getpid())-binary"
        if !FileManager.default.fileExists(atPath: copy) {
            let staging = copy + "-\(UInt32.random(in: .min ... .max))"
            // By another process: a descriptor open for writing here could end up in a child of another test, and a file
            // that is open for writing cannot be executed (ETXTBSY).
            for name in ["airlock", "airlock-engine", "airlock-endurance"] {
                let source = URL(fileURLWithPath: built).deletingLastPathComponent().appendingPathComponent(name).path
                let copier = try Child(
                    ["/usr/bin/install", "-D", "-m", "755", source, "\(staging)/\(name)"], environment: [:])
                guard copier.wait() == 0 else { throw POSIXError(.EIO) }
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: staging)
            try? FileManager.default.moveItem(atPath: staging, toPath: copy)
            if access(staging, F_OK) == 0 { try FileManager.default.removeItem(atPath: staging) }
            atexit { try? FileManager.default.removeItem(atPath: "/tmp/airlock-tests-\(getpid())-binary") }
        }
        return "\(copy)/\(name)"
    }

    /// A cache of the tests' own, kept between them: describing the interpreter takes a while.
    private static func cacheDirectory(for identity: Identity) throws -> String {
        let directory = "/tmp/airlock-tests-cache-\(geteuid())-\(identity.rawValue)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        if identity == .ordinaryUser {
            let id = UInt32(ordinaryUser) ?? 0
            guard chown(directory, id, id) == 0 else { throw POSIXError(.EPERM) }
        }
        return directory
    }

    /// Runs the binary to its end.
    ///
    /// - Parameters:
    ///   - environment: added to a clean one.
    public func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:], before: [String] = []
    ) throws -> Answer {
        let child = try start(arguments, environment: environment, before: before)
        child.feed(input)
        let end = child.finish()
        return Answer(
            exitCode: end.code, output: String(decoding: end.output, as: UTF8.self),
            errors: String(decoding: end.errors, as: UTF8.self))
    }

    /// The program and what makes it another identity's.
    public var command: [String] { identity == .own ? [path] : setpriv + [path] }

    /// A started process, with what it reads still to be fed to it.
    ///
    /// - Parameter before: a program that starts the binary.
    public func start(
        _ arguments: [String], environment: [String: String] = [:], outputIsClosed: Bool = false,
        hasOwnSession: Bool = false, before: [String] = []
    ) throws -> Child {
        let clean = [
            "PATH": "/usr/bin:/bin", "HOME": cache, "AIRLOCK_CACHE": cache, "XDG_CACHE_HOME": cache, "LANG": "C.UTF-8",
        ]
        return try Child(
            before + command + arguments, environment: clean.merging(environment) { $1 },
            outputIsClosed: outputIsClosed,
            hasOwnSession: hasOwnSession)
    }

    private var setpriv: [String] {
        ["/usr/bin/setpriv", "--reuid=\(Self.ordinaryUser)", "--regid=\(Self.ordinaryUser)", "--clear-groups"]
    }
}
