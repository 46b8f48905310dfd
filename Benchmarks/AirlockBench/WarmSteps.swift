import AirlockCore
import DriverKit
import Glibc
import LocalWarehouse
import Runner
import Synchronization
import Templating

/// Runs in sandboxes that wait for them, from the request to the result.
enum WarmSteps {
    static func all(_ data: BenchData) -> [any BenchStep] {
        let warehouse = LocalDriver(path: data.warehouse)
        return [
            WarmRunStep(name: "warm-run", text: WarmScripts.small, driver: MemoryDriver()),
            WarmRunStep(name: "warm-run-new", text: WarmScripts.small, driver: MemoryDriver(), isNew: true),
            WarmRunStep(
                name: "warm-run-rested", text: WarmScripts.small, driver: MemoryDriver(), pause: WarmRunStep.rest),
            WarmRunStep(name: "warm-run-query", text: WarmScripts.withQuery, driver: warehouse),
            QueryStep(driver: warehouse), ManyRunsStep(), RoundTripStep(), PingPongStep(), LargeTableStep(),
            RenderStep(), WaitingSlotStep(), ManySlotsStep(),
        ]
    }

    /// What a script printed.
    static func output(of result: RunResult) -> JSONValue {
        .string(String(decoding: result.standardOutput.bytes, as: UTF8.self))
    }
}

/// Runs in a row, each of them a sample: variables validated, template rendered, script run, result read.
final class WarmRunStep: BenchStep {
    /// As many as there are sandboxes for on two cores before others have to be made.
    static let row = 6
    /// A processor that has been idle for a while is slow at first, whatever it runs: what it had in its caches is gone.
    static let rest = Duration.milliseconds(50)

    let name: String
    let driver: any DataDriver
    private let pause: Duration?
    private let isNew: Bool
    /// Runs made with a text of their own.
    private let made = Mutex(0)
    private let template: Result<Template, any Error>
    private let setting = WarmSetting()

    /// - Parameter isNew: renders another text for each run, of the same length and with as much to do: code that was kept
    ///   of the one before is of no use to it. Otherwise all but the first two runs have their code.
    init(
        name: String, text: String, driver: any DataDriver, pause: Duration? = nil, isNew: Bool = false
    ) {
        self.name = name
        self.driver = driver
        self.pause = pause
        self.isNew = isNew
        template = Result { try WarmSetting.template("orders", text) }
    }

    func run() async throws -> StepRun {
        var request = RunRequest(template: try template.get(), driver: driver)
        try await setting.wait(for: request)
        let clock = ContinuousClock()
        var results: [RunResult] = []
        var samples: [Double] = []
        for _ in 0..<Self.row {
            if isNew { request.variables = VariableInputs(values: ["since": .string(nextDay())]) }
            if let pause { try await Task.sleep(for: pause) }
            let start = clock.now
            results.append(try await setting.warmRun(request))
            samples.append((clock.now - start) / .milliseconds(1))
        }
        // What takes the place of the used ones would be in the way of what is timed next.
        try await setting.wait(for: request)
        var run = try StepRun(samples: samples)
        run.answer = WarmSteps.output(of: results[0])
        run.extra = Self.steps(of: results)
        if driver.name == "memory" {
            let values = try request.template.validateOffline(VariableInputs())
            run.extra["script"] = .string(try request.template.render(values).text)
        }
        return run
    }

    /// Another day each time, for 33,600 times.
    private func nextDay() -> String {
        let number = made.withLock { made in
            defer { made += 1 }
            return made
        }
        let (year, month, day) = (number / 336 % 100, number / 28 % 12 + 1, number % 28 + 1)
        return "\(2000 + year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
    }

    /// The medians of what the runs' steps took.
    private static func steps(of results: [RunResult]) -> JSONObject {
        var steps: JSONObject = [:]
        for timing in results[0].timings {
            let times = results.compactMap { result in result.timings.first { $0.step == timing.step }?.time }.sorted()
            steps["\(timing.step)_ms"] = .double(times[times.count / 2] / .milliseconds(1))
        }
        return steps
    }
}

/// The same query as a script's, without a script, as often.
struct QueryStep: BenchStep {
    let name = "query-in-process"
    let driver: LocalDriver

    func run() async throws -> StepRun {
        let clock = ContinuousClock()
        var samples: [Double] = []
        for _ in 0..<WarmRunStep.row {
            let start = clock.now
            let prepared = try await driver.prepare(
                WarmScripts.query, values: ["event": .string(WarmScripts.queriedEvent)])
            _ = try await prepared.run(QueryOptions())
            samples.append((clock.now - start) / .milliseconds(1))
        }
        return try StepRun(samples: samples)
    }
}

/// 500 runs, as many at a time as there are cores; the time is that of one.
struct ManyRunsStep: BenchStep {
    let name = "warm-runs"
    private static let count = 500
    private let setting = WarmSetting()

    func run() async throws -> StepRun {
        let request = RunRequest(
            template: try WarmSetting.template("orders", WarmScripts.small), driver: MemoryDriver())
        try await setting.wait(for: request)
        var warm = 0
        var run = try await StepRun.timing {
            try await ParallelRuns(setting.runner).make(Self.count, request: { _ in request }) { _, result in
                if try WarmSetting.checked(result).startPath == .warm { warm += 1 }
            }
            return .int(Self.count)
        }
        run.milliseconds /= Double(Self.count)
        run.extra = [
            "runs_per_second": .double(1000 / run.milliseconds),
            "warm_share": .double(Double(warm) / Double(Self.count)),
        ]
        return run
    }
}

/// Small calls of one script, each of them a sample.
struct RoundTripStep: BenchStep {
    let name = "broker-round-trip"
    private let setting = WarmSetting()

    func run() async throws -> StepRun {
        var request = RunRequest(
            template: try WarmSetting.template("calls", WarmScripts.roundTrips), driver: MemoryDriver())
        request.limits.calls = WarmScripts.calls
        try await setting.wait(for: request)
        let result = try await setting.warmRun(request)
        return try StepRun(samples: (result.result?.arrayValue ?? []).compactMap { $0.doubleValue }.map { $0 / 1000 })
    }
}

/// As many bytes as such a call sends and gets, to and fro between two processes that do nothing else.
struct PingPongStep: BenchStep {
    let name = "pipe-ping-pong"
    private static let bytes = 64

    func run() async throws -> StepRun {
        let echo = try EchoProcess()
        defer { echo.end() }
        let clock = ContinuousClock()
        var message = [UInt8](repeating: 0x2E, count: Self.bytes)
        var samples: [Double] = []
        for _ in 0..<WarmScripts.calls {
            let start = clock.now
            guard write(echo.input, &message, message.count) == message.count,
                read(echo.output, &message, message.count) == message.count
            else { throw AirlockError(.internalError, "the other process ended") }
            samples.append((clock.now - start) / .milliseconds(1))
        }
        return try StepRun(samples: Array(samples.dropFirst(WarmScripts.calls / 10)))
    }

    /// The other process: gives back what it is given.
    static func echo() {
        var message = [UInt8](repeating: 0, count: bytes)
        while true {
            let count = read(STDIN_FILENO, &message, message.count)
            guard count > 0, write(STDOUT_FILENO, message, count) == count else { return }
        }
    }
}

/// A table of 100,000 rows on its way into a script, and `json.loads` of the same table's JSON in that script.
struct LargeTableStep: BenchStep {
    let name = "large-table"
    private let setting = WarmSetting()

    func run() async throws -> StepRun {
        guard MemoryDriver.prepare() else { throw AirlockError(.internalError, "there is no table") }
        var request = RunRequest(
            template: try WarmSetting.template("table", WarmScripts.largeTable), driver: MemoryDriver())
        request.limits.rows = WarmScripts.tableRows
        request.limits.memory = .mebibytes(1024)
        try await setting.wait(for: request)
        let figures = (try await setting.warmRun(request).result?.arrayValue ?? []).compactMap { $0.doubleValue }
        guard figures.count == 3 else { throw AirlockError(.internalError, "the script did not say what it took") }
        return StepRun(milliseconds: figures[0] / 1000, extra: ["baseline_ms": .double(figures[1] / 1000)])
    }
}

/// Variables validated and a template rendered, many times; the time is that of one.
struct RenderStep: BenchStep {
    let name = "render"
    private static let repetitions = 200

    func run() async throws -> StepRun {
        let template = try WarmSetting.template("orders", WarmScripts.small)
        let inputs = VariableInputs(values: ["countries": ["DE", "US", "JP", "BR"], "orders": 500, "currency": "USD"])
        var run = try await StepRun.timing {
            var bytes = 0
            for _ in 0..<Self.repetitions {
                bytes += try template.render(try await template.validate(inputs)).text.utf8.count
            }
            return .int(bytes)
        }
        run.milliseconds /= Double(Self.repetitions)
        return run
    }
}
