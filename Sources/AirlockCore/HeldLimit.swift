extension IsolationReport {
    /// One limit of a run, and all that held it there.
    public struct HeldLimit: Sendable, Hashable {
        /// What enforces a limit.
        public enum Mechanism: String, Sendable, Hashable, CaseIterable {
            /// setrlimit(2)
            case rlimit
            /// The size and number of files of the scratch file system, tmpfs(5)
            case tmpfs
            /// The filter: what could pass the limit cannot be called.
            case seccomp
            /// The sandbox's own init, which measures and ends the run.
            case initProcess = "init"
            /// A deadline of the host's.
            case hostTimer = "host_timer"
            /// The host looks now and then, and ends the run: what happens between two looks is not held.
            case hostWatch = "host_watch"
            /// The host keeps no more than so much of what it reads.
            case hostCapture = "host_capture"
            /// cgroup v2
            case cgroup
        }

        public struct Holder: Sendable, Hashable {
            public var mechanism: Mechanism
            /// The kernel's name for it, `RLIMIT_AS`, or a few words.
            public var detail: String

            public init(_ mechanism: Mechanism, _ detail: String) {
                self.mechanism = mechanism
                self.detail = detail
            }
        }

        /// `wall`, `memory` …: the name of a ``LimitName``, or of what belongs to one, `scratch_files`.
        public var name: String
        /// With its unit, `512 MiB`.
        public var value: String
        public var holders: [Holder]

        public init(name: String, value: String, holders: [Holder]) {
            self.name = name
            self.value = value
            self.holders = holders
        }

        /// `memory 512 MiB, held by rlimit (RLIMIT_AS, RLIMIT_DATA) and cgroup (memory.max)`
        public var sentence: String {
            let parts = holders.map { "\($0.mechanism.rawValue.replacing("_", with: " ")) (\($0.detail))" }
            guard let last = parts.last else { return "\(name) \(value)" }
            let others = parts.dropLast().joined(separator: ", ")
            return "\(name) \(value), held by " + (others.isEmpty ? last : "\(others) and \(last)")
        }
    }
}
