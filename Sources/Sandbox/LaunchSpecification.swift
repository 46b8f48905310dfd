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

    /// What the script may make beside its first thread.
    enum Tasks: UInt32 {
        case one, threads, tree

        init(_ profile: SandboxProfile) {
            switch profile {
            case .strict: self = .one
            case .data: self = .threads
            case .box: self = .tree
            }
        }
    }

    /// What is started.
    enum Role: UInt32 {
        case script, zygote, slot
    }

    /// CLONE_NEW* flags; 0 for portable isolation.
    var namespaces: UInt64 = 0
    var role = Role.script
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
    var tasks: Tasks
    /// Processes and threads at once.
    var maxTasks: UInt32
    /// Bytes of all processes of a tree together.
    var maxMemory: UInt64

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
        arguments += runtime.packagePath(request.isolation)
        environment = ["HOME=\(scratch)", "TMPDIR=\(scratch)", "LANG=C.UTF-8", "TZ=UTC"]
        environment += Self.variables(of: request.profile)
        if let seed = request.seed { environment.append("PYTHONHASHSEED=\(seed)") }
        tasks = Tasks(request.profile)
        maxTasks = UInt32(clamping: request.limits.processes)
        maxMemory = UInt64(request.limits.memory.bytes)
        let maxProcesses = Self.maxProcesses(request)
        resourceLimits = Self.resourceLimits(request.limits, maxProcesses: maxProcesses)
        cpuLimit = UInt64(request.limits.cpu.inSeconds * 1e9)
        self.landlockABI = landlockABI
        // In full isolation the view itself holds nothing but the interpreter; in portable isolation this list is the
        // view.
        let devices = ViewDirectory.devices(for: request.profile)
        let readable =
            (request.isolation == .full ? ["/"] : runtime.pieces.map(\.path) + [runtime.guestDirectory]) + devices
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
        binds = runtime.pieces.filter(\.isDirectory).map {
            Bind(source: $0.path, target: runtime.place(of: $0.path))
        }
        binds.append(Bind(source: runtime.guestDirectory, target: PythonRuntime.guestPath))
        binds += devices.map { Bind(source: $0, target: $0, isDevice: true) }
    }

    private static func variables(of profile: SandboxProfile) -> [String] {
        guard profile != .strict else { return [] }
        // One thread for linear algebra: each further one reserves tens of MiB of address space, which is limited, and
        // the sums of several come out in another order each time. A script may set others before it imports numpy.
        let threads = ["OMP", "OPENBLAS", "MKL", "NUMEXPR"].map { "\($0)_NUM_THREADS=1" }
        // Of glibc's malloc: each arena reserves 64 MiB, and there would be eight for each processor (mallopt(3)).
        let own = threads + ["MALLOC_ARENA_MAX=2", "MPLBACKEND=Agg"]
        return profile == .box ? own + ["PATH=/usr/bin:/bin"] : own
    }

    /// RLIMIT_NPROC, which counts threads too. In a user namespace it counts the sandbox's own. Without one it counts all of
    /// the host's user, of which the tasks of the whole host are the most that there can be.
    private static func maxProcesses(_ request: SandboxRequest) -> Int {
        guard let own = request.limits.tasksInKernel(request.profile) else { return 1 }
        guard request.isolation == .portable else { return own }
        let load = readFile("/proc/loadavg", maxBytes: 256) ?? []
        // `0.20 0.18 0.12 1/80 11206`: running and all, see proc_loadavg(5).
        let fields = String(decoding: load, as: UTF8.self).split(separator: " ")
        let all = fields.count > 3 ? fields[3].split(separator: "/").last.flatMap { Int($0) } : nil
        return own + (all ?? 0)
    }

    /// The identity a script runs under: the caller's own, but never root, for which the kernel does not enforce
    /// RLIMIT_NPROC and the like.
    static var hostIdentity: (uid: uid_t, gid: gid_t) {
        geteuid() == 0 ? (65534, 65534) : (geteuid(), getegid())
    }

    private static func resourceLimits(_ limits: SandboxLimits, maxProcesses: Int) -> [ResourceLimit] {
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
            limit(__rlimit_resource(6), maxProcesses),  // RLIMIT_NPROC
            limit(__rlimit_resource(8), 0),  // RLIMIT_MEMLOCK
            limit(__rlimit_resource(10), 0),  // RLIMIT_LOCKS
            limit(__rlimit_resource(11), 64),  // RLIMIT_SIGPENDING
            limit(__rlimit_resource(12), 0),  // RLIMIT_MSGQUEUE
            limit(__rlimit_resource(13), 0),  // RLIMIT_NICE
            limit(__rlimit_resource(14), 0),  // RLIMIT_RTPRIO
        ]
    }
}
