import AirlockLauncher
import Glibc

/// The bytes of a launch specification, as the cache may hold them: a plan that the launcher reads from them points into
/// them and its own lists alone.
enum LaunchFuzz: FuzzTarget {
    static let name = "launch"

    static func check(_ bytes: [UInt8]) throws(Complaint) {
        let lists = UnsafeMutablePointer<airlock_plan_lists>.allocate(capacity: 1)
        defer { lists.deallocate() }
        // Nothing of what is read may come from what was there before.
        memset(lists, 0xA5, MemoryLayout<airlock_plan_lists>.size)
        var plan = airlock_empty_plan()
        let complaint = bytes.withUnsafeBufferPointer { buffer -> Complaint? in
            guard let start = buffer.baseAddress, airlock_read_plan(start, buffer.count, lists, &plan) else {
                return nil
            }
            do throws(Complaint) {
                try check(plan, in: UnsafeRawBufferPointer(buffer))
                return nil
            } catch {
                return error
            }
        }
        if let complaint { throw complaint }
    }

    private static func check(_ plan: airlock_plan, in bytes: UnsafeRawBufferPointer) throws(Complaint) {
        func checkText(_ text: UnsafePointer<CChar>?) throws(Complaint) {
            guard let text, let start = bytes.baseAddress else { return }
            let offset = UnsafeRawPointer(text) - start
            try hold((0..<bytes.count).contains(offset), "a text that lies elsewhere")
            try hold(memchr(text, 0, bytes.count - offset) != nil, "a text without an end")
        }
        func checkList(_ list: UnsafePointer<UnsafePointer<CChar>?>) throws(Complaint) {
            var index = 0
            while let text = list[index] {
                try checkText(text)
                index += 1
                try hold(index < 64, "a list without an end")
            }
        }
        for text in [plan.scratch, plan.executable] { try checkText(text) }
        for text in [plan.scratch_options, plan.view, plan.mount_point] { try checkText(text) }
        try checkList(plan.arguments)
        try checkList(plan.environment)
        try hold(plan.arguments[0] != nil, "a program without a name")
        for bind in UnsafeBufferPointer(start: plan.binds, count: plan.bind_count) {
            try checkText(bind.source)
            try checkText(bind.target)
        }
        for rule in UnsafeBufferPointer(start: plan.path_rules, count: plan.path_rule_count) {
            try checkText(rule.path)
        }
        try hold(plan.rlimit_count <= 24, "more limits than there is room for")
        let instructions = UnsafeRawBufferPointer(start: plan.filter, count: 8 * Int(plan.filter_length))
        try hold(instructions.count <= bytes.count, "a filter that is longer than the bytes")
        // Each of them is there to be read; the address sanitizer looks.
        _ = instructions.reduce(0 as UInt8) { $0 ^ $1 }
        try hold(plan.cgroup == -1 && plan.fail_at == 0, "what a specification does not hold")
    }
}
