import AirlockCore
import Glibc
import Runner
import Sandbox

/// `airlock-endurance runs LEVEL COUNT` makes that many runs in a row and fails unless everything but a little memory is
/// as it was after the first of them; `airlock-endurance warm LEVEL COUNT` does so with slots of zygotes.
/// `airlock-endurance faults LEVEL` lets each place of each step of the launch fail
/// and says what came of it, as JSON (debug builds only; for FaultTests).
///
/// AIRLOCK_CACHE and TMPDIR name the directories whose files are counted.
@main
enum Endurance {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        let level = arguments.dropFirst().first.flatMap(IsolationReport.Level.init(rawValue:))
        guard let command = arguments.first, let level else {
            leave("usage: airlock-endurance runs|warm|faults LEVEL [COUNT]")
        }
        var environment: [String: String] = [:]
        for name in ["AIRLOCK_CACHE", "TMPDIR", "HOME", "PATH", "AIRLOCK_PYTHON"] {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        guard environment["AIRLOCK_CACHE"] != nil else { leave("AIRLOCK_CACHE is not set") }
        do throws(AirlockError) {
            let count = arguments.dropFirst(2).first.flatMap { Int($0) } ?? 10_000
            if command == "warm" { return try await endureWarm(WarmRuns(environment: environment), count: count) }
            let runs = try Runs(environment: environment, level: level)
            switch command {
            case "runs": await endure(runs, named: level.rawValue, count: count)
            case "faults": print(await faults(runs).json)
            case "steps": for step in LaunchSteps.names { print(step) }
            default: leave("there are the commands runs, warm, faults and steps")
            }
        } catch {
            leave("\(error.message) \(error.cause ?? "")")
        }
    }

    private static func leave(_ message: String) -> Never {
        let text = "airlock-endurance: \(message)\n"
        _ = text.withCString { write(2, $0, strlen($0)) }
        exit(1)
    }

    /// What a run may leave of memory, on average: nothing, but an allocator does not give all back at once.
    private static let maxGrowthKiB = 4096

    /// - Returns: what was there after the first runs.
    @discardableResult private static func endure(
        _ runs: some RepeatedRuns, named name: String, count: Int
    ) async -> Resources {
        let warmUp = min(100, max(1, count / 3))
        for _ in 0..<warmUp {
            if let failure = await runs.failure() { leave(failure) }
        }
        // The pool's threads come with the first runs.
        let before = runs.resources()
        let start = ContinuousClock.now
        for number in 1...max(1, count - warmUp) {
            if let failure = await runs.failure() { leave("run \(warmUp + number): \(failure)") }
            if number % 1000 == 0 { print("after \(warmUp + number) runs: \(runs.resources().json.json)") }
        }
        let taken = ContinuousClock.now - start
        let after = runs.resources(settledWithin: before)
        print("after \(warmUp) runs: \(before.json.json)")
        print("after \(count) runs: \(after.json.json)")
        print("\(name): \(taken / max(1, count - warmUp)) for each run")
        if !after.isWithin(before) { leave("something was left") }
        if after.residentKiB > before.residentKiB + maxGrowthKiB { leave("memory grew") }
        return before
    }

    private static func endureWarm(_ runs: WarmRuns, count: Int) async {
        let before = await endure(runs, named: "warm", count: count)
        print("warm: \(runs.zygotes) zygotes")
        await runs.drain()
        let end = runs.resources(settledWithin: before)
        if end.processes > 0 { leave("\(end.processes) processes were left") }
    }

    /// One object for each step: how many places it has, and what came of each.
    private static func faults(_ runs: Runs) async -> JSONValue {
        // The interpreter is described, the pool's threads come to be.
        for _ in 0..<3 {
            if let failure = await runs.failure() { leave(failure) }
        }
        // Its interpreter, too: where there may be threads, init watches a table of processes.
        var threaded = runs
        threaded.profile = .data
        if let failure = await threaded.failure() { leave(failure) }
        var steps: [JSONValue] = []
        for step in LaunchSteps.names {
            var places: [JSONValue] = []
            while places.count < 64 {
                let before = runs.resources()
                var environment = runs.environment
                environment["AIRLOCK_FAIL_AT"] = "\(step):\(places.count)"
                var faulty = step == "process_table" ? threaded : runs
                faulty.runner = .init(environment: environment)
                let result = await faulty.run()
                let after = runs.resources(settledWithin: before)
                if result.status == .succeeded { break }
                places.append([
                    "status": .string(result.status.rawValue), "code": .string(result.error?.code.rawValue ?? ""),
                    "reason": .string(result.reason ?? ""), "exit": .int(Int(result.status.exitCode)),
                    "before": before.json, "after": after.json, "is_clean": .bool(after.isWithin(before)),
                    "next": .string(await runs.failure() ?? "clean"),
                    "said": .string(String(decoding: result.standardOutput.bytes, as: UTF8.self)),
                ])
            }
            steps.append(["step": .string(step), "places": .array(places)])
        }
        return .array(steps)
    }
}
