import AirlockCore
import AirlockLauncher
import Glibc

/// The C plan of one launch and the memory it points into.
final class LaunchPlan {
    private(set) var plan = airlock_empty_plan()
    private var arrays: [UnsafeMutableRawPointer] = []
    /// The scratch directory as the script sees it.
    let scratch: String

    /// The descriptors the child is given.
    struct Descriptors {
        var nullInput, output, errors, replies, requests: Int32
    }

    init(
        _ request: SandboxRequest, filter: SeccompFilter, scratchOnHost: ScratchDirectory?,
        descriptors: Descriptors, cgroup: Int32, landlockABI: Int32
    ) {
        scratch = scratchOnHost?.path ?? "/tmp"
        let identity = Self.hostIdentity
        plan.host_uid = identity.uid
        plan.host_gid = identity.gid
        plan.change_identity = identity.uid != geteuid()
        plan.cgroup = cgroup
        plan.null_input = descriptors.nullInput
        plan.output = descriptors.output
        plan.errors = descriptors.errors
        plan.replies = descriptors.replies
        plan.requests = descriptors.requests
        plan.scratch = string(scratch)
        plan.fail_at = request.failAt
        if request.isolation == .full { addView(of: request) }
        addProgram(of: request)
        addLimits(request.limits)
        addPathRules(of: request, abi: landlockABI)
        plan.filter = array(filter.program)
        plan.filter_length = UInt16(filter.program.count)
        withUnsafeMutableBytes(of: &plan.verdicts) { target in
            filter.verdicts.withUnsafeBytes { target.copyMemory(from: $0) }
        }
        plan.max_refused_processes = UInt32(clamping: request.limits.processes)
    }

    deinit {
        for pointer in arrays { pointer.deallocate() }
    }

    /// The identity a script runs under: the caller's own, but never root, for which the kernel does not enforce
    /// RLIMIT_NPROC and the like.
    static var hostIdentity: (uid: uid_t, gid: gid_t) {
        geteuid() == 0 ? (65534, 65534) : (geteuid(), getegid())
    }

    private func string(_ text: String) -> UnsafePointer<CChar> {
        let copy: UnsafeMutablePointer<CChar> = text.withCString { source in
            let length = strlen(source) + 1
            let memory = UnsafeMutablePointer<CChar>.allocate(capacity: length)
            memory.update(from: source, count: length)
            return memory
        }
        arrays.append(UnsafeMutableRawPointer(copy))
        return UnsafePointer(copy)
    }

    private func array<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
        memory.initialize(from: elements, count: elements.count)
        arrays.append(UnsafeMutableRawPointer(memory))
        return UnsafePointer(memory)
    }

    private func addView(of request: SandboxRequest) {
        plan.namespaces = airlock_all_namespaces()
        plan.view = string(request.runtime.viewDirectory)
        plan.mount_point = string("/tmp")
        plan.scratch_options = string(
            "mode=700,size=\(request.limits.disk.bytes),nr_inodes=\(SandboxLimits.maxScratchFiles)")
        var binds = request.runtime.pieces.filter(\.isDirectory).map { piece in
            let path = string(piece.path)
            return airlock_bind(source: path, target: path, is_device: false)
        }
        binds.append(
            airlock_bind(
                source: string(request.runtime.guestDirectory), target: string(PythonRuntime.guestPath),
                is_device: false))
        let null = string("/dev/null")
        binds.append(airlock_bind(source: null, target: null, is_device: true))
        plan.binds = array(binds)
        plan.bind_count = binds.count
    }

    private func addProgram(of request: SandboxRequest) {
        let guest = request.isolation == .full ? PythonRuntime.guestPath : request.runtime.guestDirectory
        plan.executable = string(request.runtime.executable)
        // No site packages, no bytecode written, UTF-8 everywhere. Not -I: it would ignore PYTHONHASHSEED, and the
        // environment is ours alone.
        let arguments = [
            request.runtime.executable, "-s", "-S", "-B", "-X", "utf8", guest + "/bootstrap.pyc",
        ]
        var environment = ["HOME=\(scratch)", "TMPDIR=\(scratch)", "LANG=C.UTF-8", "TZ=UTC"]
        if let seed = request.seed { environment.append("PYTHONHASHSEED=\(seed)") }
        plan.arguments = array(arguments.map { Optional(string($0)) } + [nil])
        plan.environment = array(environment.map { Optional(string($0)) } + [nil])
    }

    private func addLimits(_ limits: SandboxLimits) {
        func limit(_ resource: __rlimit_resource, _ soft: Int, _ hard: Int? = nil) -> airlock_rlimit {
            airlock_rlimit(
                resource: Int32(bitPattern: resource.rawValue), soft: UInt64(soft), hard: UInt64(hard ?? soft))
        }
        let cpuSeconds = Int(limits.cpu.inSeconds.rounded(.up))
        let rlimits = [
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
        plan.rlimits = array(rlimits)
        plan.rlimit_count = rlimits.count
        plan.cpu_limit_ns = UInt64(limits.cpu.inSeconds * 1e9)
    }

    /// In full isolation the view itself holds nothing but the interpreter; in portable isolation this list is the view.
    private func addPathRules(of request: SandboxRequest, abi: Int32) {
        plan.landlock_abi = abi
        var rules = [airlock_path_rule(path: string(scratch), writable: true)]
        let readable =
            request.isolation == .full
            ? ["/"] : request.runtime.pieces.map(\.path) + [request.runtime.guestDirectory, "/dev/null"]
        rules += readable.map { airlock_path_rule(path: string($0), writable: false) }
        plan.path_rules = array(rules)
        plan.path_rule_count = rules.count
    }
}
