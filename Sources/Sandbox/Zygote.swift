public import AirlockCore
import Glibc
import Synchronization

/// An interpreter with the usual imports done, from which sandboxes are forked ahead of their scripts.
///
/// One is for one runtime, profile and set of packages. It runs under the launcher's layers, but for those that its slots
/// could then not have of their own; it never sees a script, and knows nothing that a script may not know. What its
/// slots share is what it was when they were forked: see docs/architecture.md, "The warm path".
///
/// Safe to use from several tasks at once. Ends with its last slot once it is shut down or nobody holds it, and with
/// the host at the latest.
public final class Zygote: Sendable {
    public let runtime: PythonRuntime
    public let profile: SandboxProfile
    private let service: ZygoteService
    private let madeAt = ContinuousClock.now
    private let maxAge: Duration
    private let maxSlots: Int
    private let slots = Atomic(0)

    /// Starts it in the background; the first slot waits for that.
    ///
    /// - Parameters:
    ///   - runtime: described for `profile`.
    ///   - packages: normalised names (PEP 503) of the runtime's distributions, whose modules are imported ahead too; one
    ///     that is not there, or cannot be imported, is passed over.
    ///   - extension: the shared object that the binary carries for it.
    ///   - maxAge: after it the zygote is not current any more. Default 10 minutes.
    ///   - maxSlots: after so many slots neither. Default 1000: all of a zygote's slots share the places of their memory.
    /// - Throws: `invalid_argument` for the profile `box`, which has no warm path; `file_failed` when the extension
    ///   cannot be put beside the guest; `internal_error` without a thread or a descriptor. What goes wrong later is
    ///   said to who asks for a slot.
    public init(
        sandbox: Sandbox, runtime: PythonRuntime, profile: SandboxProfile = .strict, packages: [String] = [],
        extension bytes: [UInt8], maxAge: Duration = .seconds(600), maxSlots: Int = 1000
    ) throws(AirlockError) {
        guard profile != .box else {
            throw AirlockError(
                .invalidArgument,
                "the profile 'box' has no warm path: its processes are watched through a /proc of "
                    + "their own, which the kernel gives to no namespace below another")
        }
        self.runtime = runtime
        self.profile = profile
        self.maxAge = maxAge
        self.maxSlots = maxSlots
        let name = try Self.install(bytes, in: runtime.guestDirectory)
        service = try ZygoteService(
            sandbox: sandbox, runtime: runtime, profile: profile,
            // A template's author names them: what is no distribution of the runtime is nothing to import here.
            packages: packages.filter { runtime.packages[$0] != nil },
            extension: "\(PythonRuntime.guestPath)/\(name)")
        try service.start()
    }

    deinit { service.close() }

    /// Forks a sandbox that waits for a script.
    ///
    /// Takes some milliseconds, most of them a rehearsal; several are made at once.
    ///
    /// - Parameter inHurry: leaves out the rehearsal, for a script that comes at once: it takes longer itself then, but both
    ///   together take less.
    /// - Throws: `isolation_unavailable` naming the step that failed; `interpreter_unavailable` with the zygote's own
    ///   words when it ended; `internal_error` after ``shutDown()``. Nothing of the slot is left then.
    public func makeSlot(_ limits: SandboxLimits, inHurry: Bool = false) async throws(AirlockError) -> Slot {
        slots.add(1, ordering: .relaxed)
        return try await service.makeSlot(limits, inHurry: inHurry)
    }

    /// Whether it should make further slots: it lives, is neither too old nor used too often, and the interpreter, its
    /// library, its packages and the guest are as they were.
    public var isCurrent: Bool { isFit && runtime.isCurrent }

    /// The same without a look at the files, for whoever has just taken one.
    public var isFit: Bool {
        service.isAlive && ContinuousClock.now - madeAt < maxAge && slots.load(ordering: .relaxed) < maxSlots
    }

    /// Makes no more slots. Those that wait and those that run live on; the last one to end takes it with it.
    public func shutDown() { service.close() }

    /// Shuts it down and waits until nothing of it is left, nor of its slots.
    public func drain() async {
        service.close()
        await service.ended()
    }

    /// Puts the shared object where the sandbox shows the guest, once for each build of it.
    private static func install(_ bytes: [UInt8], in directory: String) throws(AirlockError) -> String {
        let name = "zygote-\(SHA256.hexDigest(bytes).prefix(16)).so"
        let path = "\(directory)/\(name)"
        if access(path, R_OK) != 0 { try writeFile(path, bytes) }
        return name
    }
}
