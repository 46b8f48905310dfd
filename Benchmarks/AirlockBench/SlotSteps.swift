import AirlockCore
import Glibc
import Runner
import Templating

/// The private memory of each sandbox that waits: that of its interpreter and its init (`Private_*` of
/// proc_pid_smaps(5)).
struct WaitingSlotStep: BenchStep {
    let name = "waiting-slot"
    private let setting = WarmSetting()

    func run() async throws -> StepRun {
        let request = RunRequest(
            template: try WarmSetting.template("orders", WarmScripts.small), driver: MemoryDriver())
        try await setting.wait(for: request)
        let slots = Self.slots()
        guard !slots.isEmpty else { throw AirlockError(.internalError, "no waiting sandbox is to be found") }
        let memory = slots.map { $0.reduce(0) { $0 + Self.privateKiB(of: $1) } / 1024 }
        return StepRun(milliseconds: 0, extra: ["private_mib": .double(memory.max() ?? 0)])
    }

    /// The processes of each slot: init and the interpreter below it. A zygote's init has the zygote as its child, and
    /// that one the slots' inits.
    private static func slots() -> [[Int]] {
        children(of: Int(getpid())).flatMap(children).flatMap(children).map { [$0] + children(of: $0) }
    }

    private static func children(of process: Int) -> [Int] {
        guard let folder = opendir("/proc/\(process)/task") else { return [] }
        defer { closedir(folder) }
        var found: [Int] = []
        while let entry = readdir(folder) {
            let task = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            found += text("/proc/\(process)/task/\(task)/children").split(separator: " ").compactMap { Int($0) }
        }
        return found
    }

    private static func privateKiB(of process: Int) -> Double {
        text("/proc/\(process)/smaps_rollup").split(separator: "\n").filter { $0.hasPrefix("Private_") }
            .reduce(0) { $0 + (Double($1.filter(\.isNumber)) ?? 0) }
    }

    private static func text(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        return String(decoding: bytes[..<max(0, read(descriptor, &bytes, bytes.count))], as: UTF8.self)
    }
}

/// 200 sandboxes that wait, and 200 scripts that come at once.
struct ManySlotsStep: BenchStep {
    let name = "many-slots"
    static let count = 200
    private let setting = WarmSetting()

    func run() async throws -> StepRun {
        let request = RunRequest(
            template: try WarmSetting.template("orders", WarmScripts.small), driver: MemoryDriver())
        var settings = PoolSettings()
        settings.target = Self.count
        settings.maxSlots = Self.count * 2
        settings.refillInterval = .zero
        try await setting.wait(for: request, settings: settings)
        let runner = setting.runner
        var run = try await StepRun.timing {
            let answered = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<Self.count {
                    group.addTask {
                        let result = await runner.run(request)
                        return result.status == .succeeded && result.startPath == .warm
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            return .int(answered)
        }
        run.extra["answered"] = run.answer
        return run
    }
}
