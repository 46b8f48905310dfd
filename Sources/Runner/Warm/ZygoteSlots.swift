import AirlockCore
import EmbeddedFiles
import Sandbox

/// What the slots of one pool have in common: all that is settled before there is a script.
struct WarmKind: Sendable, Hashable {
    var runtime: PythonRuntime
    var profile: SandboxProfile
    /// Distributions whose modules are imported ahead, in the order of their names.
    var packages: [String]
    var limits: SandboxLimits

    init(_ request: SandboxRequest, packages: [String]) {
        runtime = request.runtime
        profile = request.profile
        self.packages = packages.sorted()
        limits = request.limits
        // The host watches these, for a waiting sandbox as for any other.
        let defaults = SandboxLimits()
        (limits.wall, limits.total, limits.output) = (defaults.wall, defaults.total, defaults.output)
    }

    /// Why such a run always starts cold; `nil` for one that need not.
    static func obstacle(_ request: SandboxRequest) -> String? {
        if request.isolation != .full { return "only full isolation starts warm" }
        if request.profile == .box { return "the profile 'box' does not start warm" }
        if request.seed != nil { return "a seed has to be there before the interpreter starts" }
        return nil
    }
}

/// Slots of one kind, forked from zygotes.
struct ZygoteSlots: SlotSource {
    let sandbox: Sandbox
    let kind: WarmKind
    let settings: PoolSettings

    func makeOrigin() async throws(AirlockError) -> Zygote {
        // The pool counts and looks at the clock itself, and replaces a zygote before it is of no use any more.
        try Zygote(
            sandbox: sandbox, runtime: kind.runtime, profile: kind.profile, packages: kind.packages,
            extension: EmbeddedFiles.zygoteExtension, maxAge: settings.maxOriginAge * 2,
            maxSlots: min(settings.maxOriginSlots, .max / 2) * 2)
    }

    /// The runner has just looked at the interpreter's files: a changed one is another kind, and replaces this pool.
    func isCurrent(_ origin: Zygote) -> Bool { origin.isFit }

    func makeSlot(from origin: Zygote, inHurry: Bool) async throws(AirlockError) -> Slot {
        try await origin.makeSlot(kind.limits, inHurry: inHurry)
    }

    func isWaiting(_ slot: Slot) -> Bool { slot.isWaiting }

    func discard(_ slot: Slot) async { slot.discard() }

    func giveUp(_ origin: Zygote) async { origin.shutDown() }
}
