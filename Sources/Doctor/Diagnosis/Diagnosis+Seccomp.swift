import AirlockCore
import Glibc

extension Diagnosis {
    static func seccomp(_ facts: HostFacts) -> Finding {
        guard facts.seccomp.error != 0 else {
            return Finding(
                "seccomp", .good,
                "filters with user notification"
                    + (facts.seccomp.isFiltered ? ", below a filter that this process was started under" : ""),
                remedy: facts.seccomp.isFiltered
                    ? "That filter's refusals come first: calls that it refuses are not counted, nor killed for." : nil,
                neededFor: .portable)
        }
        let (cause, remedy) = seccompCause(facts)
        return Finding(
            "seccomp", .missing, "\(cause) (\(errorText(facts.seccomp.error)))", remedy: remedy, neededFor: .portable)
    }

    private static func seccompCause(_ facts: HostFacts) -> (cause: String, remedy: String) {
        if facts.seccomp.error == EBUSY {
            return (
                "another seccomp supervisor listens to this process already, and the kernel allows one",
                "Start airlock outside of that sandbox."
            )
        }
        if let version = KernelVersion(facts.kernel), version < KernelVersion(5, 9) {
            return ("Linux \(facts.kernel) has no user notification as airlock needs it", "Use Linux 5.9 or newer.")
        }
        if facts.seccomp.isFiltered {
            return (
                "a seccomp filter that this process was started under refuses to add another",
                facts.container?.unfilteredRemedy ?? "Start airlock outside of that sandbox."
            )
        }
        return ("this kernel was built without seccomp filters", "Use a kernel with CONFIG_SECCOMP_FILTER=y.")
    }
}
