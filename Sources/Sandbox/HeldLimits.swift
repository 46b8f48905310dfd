import AirlockCore
import Glibc

extension IsolationReport.HeldLimit {
    /// The limits of a run that was launched: a step that had not set one would have failed the launch.
    ///
    /// - Parameter groups: the settings of the run's control group, by file name.
    static func all(of request: SandboxRequest, groups: [String: String]) -> [IsolationReport.HeldLimit] {
        let limits = request.limits
        let isFull = request.isolation == .full
        func held(_ name: String, _ value: String, group: String? = nil, _ holders: Holder...) -> Self {
            let setting = group.flatMap { file in groups[file].map { Holder(.cgroup, "\(file) \($0)") } }
            return Self(name: name, value: value, holders: holders + [setting].compactMap { $0 })
        }
        let watch = Holder(.hostWatch, "looked at each \(ScratchWatch.longest.shortText) or more often")
        let fileSize = Holder(.rlimit, "RLIMIT_FSIZE for each file")
        let scratchFiles = "\(SandboxLimits.maxScratchFiles)"
        return [
            held("wall", limits.wall.shortText, Holder(.hostTimer, "kill through init")),
            held("total", limits.total.shortText, Holder(.hostTimer, "kill through init")),
            held(
                "cpu", limits.cpu.shortText, group: "cpu.max", Holder(.initProcess, "the process's CPU clock"),
                Holder(.rlimit, "RLIMIT_CPU, 1 to 2 s later")),
            held(
                "memory", "\(effective(limits.memory.bytes, RLIMIT_AS))", group: "memory.max",
                Holder(.rlimit, "RLIMIT_AS, RLIMIT_DATA"),
                Holder(.seccomp, "no shared memory, no memfd, nothing locked"),
                Holder(
                    .hostWatch,
                    PageTableWatch.isPossible
                        ? "page tables up to \(ByteCount(PageTableWatch.maxBytes(memory: limits.memory)))"
                        : "not of page tables: /proc names no children here")),
            request.profile == .strict
                ? held(
                    "processes", "\(limits.processes) refused attempts", group: "pids.max",
                    Holder(.seccomp, "clone, fork, vfork refused"), Holder(.initProcess, "counts the attempts"),
                    Holder(.rlimit, "RLIMIT_NPROC"))
                : held(
                    "processes", "\(limits.processes) at once", group: "pids.max",
                    // Without a /proc of its own `box` does not start.
                    Holder(
                        .initProcess,
                        request.profile == .box ? "looks every 25 ms" : "looks every 25 ms, where it has a /proc"),
                    Holder(.rlimit, "RLIMIT_NPROC, above it")),
            held(
                "files", "\(min(limits.files, hardLimit(RLIMIT_NOFILE) ?? .max))", Holder(.rlimit, "RLIMIT_NOFILE")),
            held(
                "pipe_buffers", "\(ByteCount(limits.pipeBytes))", Holder(.rlimit, "64 KiB for each RLIMIT_NOFILE"),
                Holder(.seccomp, "no larger pipe")),
            isFull
                ? held("disk", "\(limits.disk)", Holder(.tmpfs, "size"), fileSize)
                : held("disk", "\(limits.disk)", watch, fileSize),
            held("scratch_files", scratchFiles, isFull ? Holder(.tmpfs, "nr_inodes") : watch),
            held("output", "\(limits.output) of each stream", Holder(.hostCapture, "cut there, and the run ended")),
        ]
    }

    /// A lower hard limit of the caller's own stands (setrlimit(2)).
    private static func effective(_ wanted: Int, _ resource: __rlimit_resource) -> ByteCount {
        ByteCount(min(wanted, hardLimit(resource) ?? wanted))
    }

    private static func hardLimit(_ resource: __rlimit_resource) -> Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_max)
    }
}
