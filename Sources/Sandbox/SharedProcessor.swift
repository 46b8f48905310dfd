import AirlockCore
import AirlockLauncher
import Synchronization

/// One processor for a script that calls again and again, and the thread that answers: each waits for the other.
///
/// The kernel wakes a process on a processor that is idle (select_idle_sibling in kernel/sched/fair.c). To rouse that one takes
/// an interrupt, in a virtual machine tens of microseconds, and its caches hold nothing of what was just written.
struct SharedProcessor: ~Copyable {
    /// Those in use, of the first 64: two pairs on one would wait for each other.
    private static let taken = Atomic<UInt64>(0)

    private let number: Int32
    private let script: pid_t
    private var scriptsBefore = airlock_processors()
    /// Of the thread that answers, while it does.
    private var threadsBefore: airlock_processors?

    /// Lets a script run on the caller's processor alone.
    ///
    /// - Parameter initProcess: of its sandbox; the script is its only child, and has one thread.
    /// - Returns: `nil` where another pair has that processor, the script cannot be told (proc_pid_task_children(5), a kernel
    ///   without CONFIG_PROC_CHILDREN) or may not be moved (sched_setaffinity(2)).
    init?(withScriptOf initProcess: pid_t) {
        let number = airlock_processor()
        guard 0..<64 ~= number, let script = Self.onlyChild(of: initProcess) else { return nil }
        let bit = UInt64(1) << UInt64(number)
        guard Self.taken.bitwiseOr(bit, ordering: .relaxed).oldValue & bit == 0 else { return nil }
        guard airlock_allowed_processors(script, &scriptsBefore), airlock_confine(script, number) else {
            _ = Self.taken.bitwiseAnd(~bit, ordering: .relaxed)
            return nil
        }
        self.number = number
        self.script = script
    }

    deinit { _ = Self.taken.bitwiseAnd(~(UInt64(1) << UInt64(number)), ordering: .relaxed) }

    /// The calling thread answers the script from now on.
    mutating func enter() {
        var before = airlock_processors()
        guard airlock_allowed_processors(0, &before), airlock_confine(0, number) else { return }
        threadsBefore = before
    }

    /// The same thread does so no longer.
    mutating func leave() {
        guard var before = threadsBefore.take() else { return }
        _ = airlock_allow_processors(0, &before)
    }

    /// Lets both run where they could before.
    consuming func end() {
        leave()
        _ = airlock_allow_processors(script, &scriptsBefore)
    }

    static func onlyChild(of process: pid_t) -> pid_t? {
        readFile("/proc/\(process)/task/\(process)/children", maxBytes: 32).flatMap {
            pid_t(String(decoding: $0.prefix { $0 > 0x20 }, as: UTF8.self))
        }
    }
}
