import AirlockLauncher
import Glibc
import Synchronization

/// The processors that this process may use, and on which of them it begins its runs.
///
/// A script begins soonest on a processor that does nothing else, while the host goes on on its own: both keep their caches,
/// and neither has to wait for the other to leave.
enum Processors {
    /// Where a run was begun last.
    private static let host = Atomic<Int32>(-1)
    private static let turn = Atomic<UInt32>(0)

    /// Their numbers, in order.
    static var usable: [Int32] { numbers(ofProcess: 0) }

    /// - Parameter process: 0 for the calling thread.
    /// - Returns: where it may run; none where that cannot be told.
    static func numbers(ofProcess process: pid_t) -> [Int32] {
        var set = airlock_processors()
        guard airlock_allowed_processors(process, &set) else { return [] }
        return withUnsafeBytes(of: set) { bytes in
            (0..<Int32(bytes.count * 8)).filter { bytes[Int($0) / 8] & (1 << ($0 % 8)) != 0 }
        }
    }

    /// Whether a slot's script can be found, to let it leave the processor that it was made on (a kernel with
    /// CONFIG_PROC_CHILDREN, see proc_pid_task_children(5)).
    private static let canFree = access("/proc/thread-self/children", R_OK) == 0

    /// The caller's at this moment.
    static var current: Int32 { airlock_processor() }

    /// A run begins here.
    static func noteHost() { host.store(current, ordering: .relaxed) }

    /// The processor for the next slot: in turn, any but the one that runs are begun on; `nil` where there is no other.
    static func forSlot() -> Int32? {
        let host = host.load(ordering: .relaxed)
        return canFree
            ? choose(of: usable, apartFrom: host < 0 ? current : host, turn.wrappingAdd(1, ordering: .relaxed).oldValue)
            : nil
    }

    static func choose(of usable: [Int32], apartFrom host: Int32, _ turn: UInt32) -> Int32? {
        let others = usable.filter { $0 != host }
        return others.isEmpty ? nil : others[Int(turn) % others.count]
    }
}

/// The processor that a slot of one thread was made on, and keeps to until its script is let go from there.
struct SlotPost: Sendable {
    let processor: Int32
    private let initProcess: pid_t
    /// The script's process, as the host numbers it.
    let script: pid_t

    /// - Parameter initProcess: the slot's, which is free again; the script is its only child.
    /// - Returns: `nil` when the script cannot be found.
    init?(on processor: Int32, scriptOf initProcess: pid_t) {
        let path = "/proc/\(initProcess)/task/\(initProcess)/children"
        guard let text = readFile(path, maxBytes: 32),
            let script = pid_t(String(decoding: text.prefix { $0 > 0x20 }, as: UTF8.self))
        else { return nil }
        (self.processor, self.initProcess, self.script) = (processor, initProcess, script)
    }

    /// Whether it really does: a processor may be taken from the host.
    var isKept: Bool { Processors.numbers(ofProcess: script) == [processor] }

    /// Lets the script run wherever its init may.
    func leave() {
        var set = airlock_processors()
        guard airlock_allowed_processors(initProcess, &set) else { return }
        _ = airlock_allow_processors(script, &set)
    }
}
