package import AirlockCore
import Glibc

/// What the sandbox itself tries on this host, for whoever has to say what is missing.
package enum HostTrial {
    /// Makes a cgroup as a run would, and takes it away again.
    package static func cgroup(environment: [String: String]) -> IsolationReport.Layer {
        CgroupScope.make(limits: SandboxLimits(), environment: environment).layer
    }

    /// The user id that scripts have outside: the caller's own, and nobody's for root.
    package static var scriptUser: UInt32 { LaunchSpecification.hostIdentity.uid }

    /// How long a bare interpreter takes to start and end, with `-I -S`: the median of five.
    ///
    /// - Returns: `nil` when it cannot be run.
    package static func bareStart(of executable: String) -> Duration? {
        var times: [Duration] = []
        for _ in 0..<5 {
            let start = ContinuousClock.now
            let output = try? HostCommand.output(
                of: [executable, "-I", "-S", "-c", "pass"], timeout: .seconds(10))
            guard output != nil else { return nil }
            times.append(.now - start)
        }
        return times.sorted()[2]
    }

    /// Removes a directory with all that is in it, following no link.
    package static func remove(_ directory: String) { ScratchDirectory.remove(directory) }

    /// The text of a small file of the host; `nil` when it cannot be read.
    package static func text(_ path: String) -> String? {
        readFile(path, maxBytes: 1 << 20).map { String(decoding: $0, as: UTF8.self) }
    }
}
