public import AirlockCore

/// What one run may use.
public struct SandboxLimits: Sendable, Hashable {
    /// The script's own time, without its waits for the broker. At the limit: killed, `limit_exceeded` (wall).
    public var wall: Duration = .seconds(30)
    /// From start to end, waits included. At the limit: killed, `limit_exceeded` (total).
    public var total: Duration = .seconds(120)
    /// User and system CPU time. At the limit: killed, `limit_exceeded` (cpu).
    public var cpu: Duration = .seconds(30)
    /// Address space (RLIMIT_AS). At the limit allocations fail: Python raises `MemoryError`.
    public var memory: ByteCount = .mebibytes(512)
    /// Attempts to make a process or thread that are refused before the run ends with `limit_exceeded` (processes). In `data`
    /// the threads, and in `box` the processes and threads, that there may be at once.
    public var processes: Int = 64
    /// Open descriptors (RLIMIT_NOFILE). At the limit opening fails with EMFILE.
    public var files: Int = 64
    /// The scratch directory's size. At the limit writing fails with ENOSPC.
    public var disk: ByteCount = .mebibytes(64)
    /// Bytes kept of each of stdout and stderr. Beyond it: killed, `limit_exceeded` (output).
    public var output: ByteCount = .mebibytes(1)

    public init() {}

    /// What no template and no caller can go beyond.
    public static let maximum: SandboxLimits = {
        var limits = SandboxLimits()
        limits.wall = .seconds(3600)
        limits.total = .seconds(7200)
        limits.cpu = .seconds(3600)
        limits.memory = .gibibytes(64)
        limits.processes = 10_000
        limits.files = 1024
        limits.disk = .gibibytes(16)
        limits.output = .mebibytes(64)
        return limits
    }()

    /// Kernel memory that one run's mappings can take, at vm.max_map_count's default of 65,530 (proc_sys_vm(5)): 1.3 KiB for
    /// each was measured on Linux 6.18.
    package static let mappingBytes = 65_530 * 1332
    /// For scratch files and directories, with names of 250 characters: measured in the same way.
    package static let scratchFileBytes = 1700
    /// The run's own pipes: two streams, two to the broker, trace, report and control.
    package static let ownPipes = 7

    /// The most that one run can hold of the host's memory without a control group, record locks left out: what the limits
    /// give, and what the kernel needs to keep it. In portable isolation the scratch directory's part lies on a disk.
    package var largestFootprint: ByteCount {
        ByteCount(
            memory.bytes + disk.bytes + pipeBytes + Self.ownPipes * 65536 + PageTableWatch.maxBytes(memory: memory)
                + Self.mappingBytes + Self.maxScratchFiles * Self.scratchFileBytes)
    }

    /// Tasks that the kernel lets a run have at once, its init among them; `nil` where no script makes one.
    ///
    /// More than the limit, because init is to see it passed before the kernel refuses anything: a refused fork may end a
    /// script as if it had failed by itself. In `data` one more is enough, since a thread that was refused the interpreter
    /// says. In `box` each process may be in the midst of a fork, of which the kernel counts the new one from the beginning
    /// and lists it at the end (copy_process in kernel/fork.c): when it refuses the first, n + 1 are listed beside init, and
    /// init finds them unless others reap them first.
    func tasksInKernel(_ profile: SandboxProfile) -> Int? {
        switch profile {
        case .strict: nil
        case .data: processes + 2
        case .box: 2 * processes + 2
        }
    }

    /// What all pipes of a script can hold: one descriptor keeps a pipe alive, and a pipe has 16 pages (pipe(7)).
    package var pipeBytes: Int { files.multipliedReportingOverflow(by: 65536).partialValue }

    /// Files and directories in the scratch directory; part of the disk limit.
    public static let maxScratchFiles = 10_000
}
