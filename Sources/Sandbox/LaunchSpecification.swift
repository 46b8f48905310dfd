import AirlockCore
import AirlockLauncher
import Glibc

/// All that makes one sandbox what it is, but for the descriptors and the control group of the single run. Two runs of
/// equal specifications could take each other's sandbox: ``HeadStart`` rests on that.
struct LaunchSpecification: Equatable {
    struct Bind: Equatable {
        var source: String
        var target: String
        var isDevice = false
    }

    struct PathRule: Equatable {
        var path: String
        var isWritable: Bool
    }

    struct ResourceLimit: Equatable {
        var resource: Int32
        var soft: UInt64
        var hard: UInt64
    }

    /// CLONE_NEW* flags; 0 for portable isolation.
    var namespaces: UInt64 = 0
    var hostUser: UInt32
    var hostGroup: UInt32
    var changesIdentity: Bool
    /// The scratch directory as the script sees it.
    var scratch: String
    /// tmpfs options of the scratch directory; `nil` where it is a directory of the host.
    var scratchOptions: String?
    /// The host directory that becomes the root, and the directory that it is mounted on; `nil` for the host's own root.
    var view: String?
    var mountPoint: String?
    var binds: [Bind] = []
    var arguments: [String]
    var environment: [String]
    var resourceLimits: [ResourceLimit]
    var cpuLimit: UInt64
    var landlockABI: Int32
    var pathRules: [PathRule]
    /// The filter's instructions, `struct sock_filter` each.
    var filter: [UInt8]
    /// `struct airlock_verdict` by system call number.
    var verdicts: [UInt8]
    var maxRefusedProcesses: UInt32

    /// - Parameter scratchOnHost: portable isolation's; full isolation has a tmpfs of its own.
    init(_ request: SandboxRequest, filter: SeccompFilter, scratchOnHost: String?, landlockABI: Int32) {
        let runtime = request.runtime
        let identity = Self.hostIdentity
        hostUser = identity.uid
        hostGroup = identity.gid
        changesIdentity = identity.uid != geteuid()
        scratch = scratchOnHost ?? "/tmp"
        let guest = request.isolation == .full ? PythonRuntime.guestPath : runtime.guestDirectory
        // No site packages, no bytecode written, UTF-8 everywhere. Not -I: it would ignore PYTHONHASHSEED, and the
        // environment is ours alone.
        arguments = [runtime.executable, "-s", "-S", "-B", "-X", "utf8", guest + "/bootstrap.pyc"]
        environment = ["HOME=\(scratch)", "TMPDIR=\(scratch)", "LANG=C.UTF-8", "TZ=UTC"]
        if let seed = request.seed { environment.append("PYTHONHASHSEED=\(seed)") }
        resourceLimits = Self.resourceLimits(request.limits)
        cpuLimit = UInt64(request.limits.cpu.inSeconds * 1e9)
        self.landlockABI = landlockABI
        // In full isolation the view itself holds nothing but the interpreter; in portable isolation this list is the
        // view.
        let readable =
            request.isolation == .full
            ? ["/"] : runtime.pieces.map(\.path) + [runtime.guestDirectory, "/dev/null"]
        pathRules =
            [PathRule(path: scratch, isWritable: true)] + readable.map { PathRule(path: $0, isWritable: false) }
        self.filter = filter.program.withUnsafeBytes { Array($0) }
        verdicts = filter.verdicts.withUnsafeBytes { Array($0) }
        maxRefusedProcesses = UInt32(clamping: request.limits.processes)
        guard request.isolation == .full else { return }
        namespaces = airlock_all_namespaces()
        scratchOptions = "mode=700,size=\(request.limits.disk.bytes),nr_inodes=\(SandboxLimits.maxScratchFiles)"
        view = runtime.viewDirectory
        mountPoint = "/tmp"
        binds = runtime.pieces.filter(\.isDirectory).map { Bind(source: $0.path, target: $0.path) }
        binds.append(Bind(source: runtime.guestDirectory, target: PythonRuntime.guestPath))
        binds.append(Bind(source: "/dev/null", target: "/dev/null", isDevice: true))
    }

    /// The identity a script runs under: the caller's own, but never root, for which the kernel does not enforce
    /// RLIMIT_NPROC and the like.
    static var hostIdentity: (uid: uid_t, gid: gid_t) {
        geteuid() == 0 ? (65534, 65534) : (geteuid(), getegid())
    }

    private static func resourceLimits(_ limits: SandboxLimits) -> [ResourceLimit] {
        func limit(_ resource: __rlimit_resource, _ soft: Int, _ hard: Int? = nil) -> ResourceLimit {
            ResourceLimit(
                resource: Int32(bitPattern: resource.rawValue), soft: UInt64(soft), hard: UInt64(hard ?? soft))
        }
        let cpuSeconds = Int(limits.cpu.inSeconds.rounded(.up))
        return [
            limit(RLIMIT_AS, limits.memory.bytes), limit(RLIMIT_DATA, limits.memory.bytes),
            // Init checks the CPU time itself, to the millisecond; these hold if it could not.
            limit(RLIMIT_CPU, cpuSeconds + 1, cpuSeconds + 2),
            limit(RLIMIT_FSIZE, limits.disk.bytes), limit(RLIMIT_NOFILE, limits.files),
            limit(RLIMIT_STACK, min(8 << 20, limits.memory.bytes)), limit(RLIMIT_CORE, 0),
            limit(__rlimit_resource(6), 1),  // RLIMIT_NPROC
            limit(__rlimit_resource(8), 0),  // RLIMIT_MEMLOCK
            limit(__rlimit_resource(10), 0),  // RLIMIT_LOCKS
            limit(__rlimit_resource(11), 64),  // RLIMIT_SIGPENDING
            limit(__rlimit_resource(12), 0),  // RLIMIT_MSGQUEUE
            limit(__rlimit_resource(13), 0),  // RLIMIT_NICE
            limit(__rlimit_resource(14), 0),  // RLIMIT_RTPRIO
        ]
    }
}
