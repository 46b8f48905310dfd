/// A harmless form of what a probe does, with the outcome it must have in the sandbox.
///
/// Some probes would do harm on a machine where nothing holds them back: they signal every process, set the clock, fill
/// the disk. On a machine that matters such a probe is run only after its rehearsal has shown, a moment before and in the
/// same kind of sandbox, that the layer is there which stops it. Run unprotected, a rehearsal changes nothing that lasts.
package struct Rehearsal: Sendable, Hashable {
    package var outcome: ProbeOutcome
    package var limits: [String]
    package var script: String

    init(_ outcome: ProbeOutcome, limits: [String] = [], _ script: String) {
        self.outcome = outcome
        self.limits = limits
        self.script = script
    }

    /// The same call with arguments that stand for nothing. The filter ends a run for the call's number alone.
    static func call(_ name: String, _ arguments: String) -> Rehearsal {
        Rehearsal(.killed(name), "kernel('\(name)', \(arguments)); got('\(name)')")
    }

    /// The calls that reach other processes, on the victim and without effect on it.
    static let signals = Rehearsal(
        .refused("kill", "tgkill", "tkill", "rt_sigqueueinfo", "prlimit64", "setpriority", "sched_setaffinity"),
        #"""
        attempt('kill', lambda: os.kill(VICTIM, 0), errno.EPERM)
        attempt('tgkill', lambda: kernel('tgkill', VICTIM, VICTIM, 0), errno.EPERM)
        attempt('tkill', lambda: kernel('tkill', VICTIM, 0), errno.EPERM)
        attempt('queue', lambda: kernel('rt_sigqueueinfo', VICTIM, 0, bytes(8) + b'\xff' * 4 + bytes(116)), errno.EPERM)
        attempt('limits', lambda: kernel('prlimit64', VICTIM, 4, bytes(16), 0), errno.EPERM)
        attempt('priority', lambda: kernel('setpriority', 0, VICTIM, 19), errno.EPERM)
        attempt('processors', lambda: kernel('sched_setaffinity', VICTIM, 8, b'\1' + bytes(7)), errno.EPERM)
        attempt('disk priority', lambda: kernel('ioprio_set', 1, VICTIM, 3 << 13), errno.EPERM)
        """#)

    /// A number of x32 (bit 30), which the filter kills for as it does for the i386 ABI.
    static let foreign = Rehearsal(
        .foreign,
        #"""
        try:
            kernel(0x40000000 | NUMBERS['getpid'])
        except OSError:
            pass
        got('the call got to the kernel')
        """#)

    /// 300 MiB, which are given back at once.
    static let memory = Rehearsal(
        .limit("memory"), limits: ["memory=128MiB"], "held = bytearray(300 << 20); got(len(held))")

    /// Objects that are not there and would not be made.
    static let sharedObjects = Rehearsal(
        .refused("shmget", "shmat", "msgget", "semget", "mq_open"),
        #"""
        attempt('shmget', lambda: kernel('shmget', 0x41495231, 4096, 0), errno.EPERM)
        attempt('shmat', lambda: kernel('shmat', -1, 0, 0), errno.EPERM)
        attempt('msgget', lambda: kernel('msgget', 0x41495231, 0), errno.EPERM)
        attempt('semget', lambda: kernel('semget', 0x41495231, 1, 0), errno.EPERM)
        attempt('mq_open', lambda: kernel('mq_open', TOKEN.encode(), 0, 0, 0), errno.EPERM)
        """#)

    /// 8 MiB in the scratch directory.
    static let disk = Rehearsal(
        .limit("disk"), limits: ["disk=2MiB"],
        #"""
        import time
        for index in range(8):
            with open(str(index), 'wb') as file:
                file.write(bytes(1 << 20))
        time.sleep(9)  # where the host has to look at the directory, it gets the time
        got('8 MiB')
        """#)

    /// 11,000 empty files in the scratch directory.
    static let files = Rehearsal(
        .limit("disk"),
        #"""
        import time
        for index in range(11000):
            os.close(os.open(str(index), os.O_CREAT | os.O_WRONLY))
        time.sleep(9)
        got('11,000 files')
        """#)

    /// 2 MiB.
    static let output = Rehearsal(
        .limit("output"), limits: ["output=1MiB"], "import time; print('x' * (2 << 20)); time.sleep(9); got('2 MiB')")
}
