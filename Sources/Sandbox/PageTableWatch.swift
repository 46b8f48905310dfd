import AirlockCore
import Glibc

/// Looks at what a script's page tables take, which no rlimit counts: a page in each GiB of the address space costs 8 KiB
/// of tables and 4 KiB of RLIMIT_AS, so that a script could hold as much again as its memory limit, and more.
struct PageTableWatch {
    static let interval = Duration.milliseconds(50)

    let maxBytes: Int
    private let initProcess: pid_t
    private var payload: pid_t?

    /// - Parameter memory: the run's limit. Dense memory needs a 512th of it; eight times that, and some for libraries,
    ///   is room enough.
    init(memory: ByteCount, initProcess: pid_t) {
        maxBytes = Self.maxBytes(memory: memory)
        self.initProcess = initProcess
    }

    static func maxBytes(memory: ByteCount) -> Int { memory.bytes / 64 + (16 << 20) }

    /// Whether there is anything to look at: it takes a /proc, built with CONFIG_PROC_CHILDREN.
    static let isPossible = access("/proc/thread-self/children", R_OK) == 0

    /// Whether it has too many now. `false` also where nothing can be known.
    mutating func isExceeded() -> Bool {
        if payload == nil, let text = readFile("/proc/\(initProcess)/task/\(initProcess)/children", maxBytes: 4096) {
            payload = String(decoding: text, as: UTF8.self).split(separator: " ").first.flatMap { pid_t($0) }
        }
        guard let payload, let text = readFile("/proc/\(payload)/status", maxBytes: 65536) else { return false }
        let status = Status(String(decoding: text, as: UTF8.self))
        // The number may be another's by now.
        return status.parent == initProcess && status.pageTableBytes > maxBytes
    }

    /// As much of proc_pid_status(5) as is needed.
    struct Status {
        private(set) var parent: pid_t?
        private(set) var pageTableBytes = 0

        init(_ text: String) {
            for line in text.split(separator: "\n") {
                let fields = line.split { $0 == "\t" || $0 == " " }
                guard fields.count > 1 else { continue }
                switch fields[0] {
                case "PPid:": parent = pid_t(fields[1])
                case "VmPTE:": pageTableBytes = (Int(fields[1]) ?? 0).multipliedReportingOverflow(by: 1024).partialValue
                default: break
                }
            }
        }
    }
}
