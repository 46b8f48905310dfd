internal import AirlockLauncher
internal import Glibc

/// Starts trusted programs of the host, without a shell (posix_spawn(3)).
public enum HostProcesses {
    /// What one of a program's three standard streams is.
    public enum Stream: Sendable, Hashable {
        /// `/dev/null`
        case none
        case descriptor(Int32)
    }

    /// Why a program could not be started.
    public struct Failure: Error, Sendable, Hashable {
        /// As in errno(3).
        public var code: Int32

        /// The system's words for it.
        public var text: String { String(cString: strerror(code)) }
    }

    /// What a program is given beside its words and its environment.
    public struct Setting: Sendable {
        public var input = Stream.none
        public var output = Stream.none
        public var errors = Stream.none
        /// Where it runs. Default: where this process does.
        public var directory: String?
        /// Opened for it as descriptor 9. Default: none.
        public var inheritedFile: String?

        public init() {}
    }

    /// Starts a program. What this process ignores or blocks is not the other's, and neither is its raised limit on
    /// descriptors. It gets a session of its own, by which all that it starts can be told and ended, out of reach of the
    /// terminal's signals.
    ///
    /// - Parameters:
    ///   - arguments: the program first; looked for on PATH where it holds no slash.
    ///   - environment: all of it.
    /// - Returns: its number, which is its group's too; whoever starts it has to wait for it (waitpid(2)).
    public static func start(
        _ arguments: [String], environment: [String: String], _ setting: Setting
    ) throws(Failure) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in [setting.input, setting.output, setting.errors].enumerated() {
            switch stream {
            case .none:
                posix_spawn_file_actions_addopen(
                    &actions, Int32(number), "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
            case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
            }
        }
        if let file = setting.inheritedFile { posix_spawn_file_actions_addopen(&actions, 9, file, O_RDONLY, 0) }
        if let directory = setting.directory { airlock_spawn_directory(&actions, directory) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // POSIX_SPAWN_SETSID, a GNU extension that Swift's view of the C library leaves out.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | 0x80))
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + variables { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, arguments.first ?? "", &actions, &attributes, &argv, &variables)
        guard code == 0 else { throw Failure(code: code) }
        airlock_restore_descriptor_limit(child)
        return child
    }

    /// The code of a status that waitpid(2) gave: 0 to 255, or 128 and a signal's number.
    public static func exitCode(_ status: Int32) -> Int32 {
        status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    }
}
