import AirlockCore
import LocalWarehouse

/// What one run of a step took and found.
struct StepRun: Sendable {
    var milliseconds: Double
    /// Milliseconds of each of many repetitions, where they were timed one by one.
    var samples: [Double] = []
    /// Steps that are compared must find the same.
    var answer: JSONValue = nil
    var extra: JSONObject = [:]

    init(milliseconds: Double, answer: JSONValue = nil, extra: JSONObject = [:]) {
        self.milliseconds = milliseconds
        self.answer = answer
        self.extra = extra
    }

    init(samples: [Double]) throws {
        guard !samples.isEmpty else { throw AirlockError(.internalError, "nothing was timed") }
        milliseconds = samples.sorted()[samples.count / 2]
        self.samples = samples
    }

    static func timing(_ body: () async throws -> JSONValue) async throws -> StepRun {
        let clock = ContinuousClock()
        PeakMemory.reset()
        let start = clock.now
        let answer = try await body()
        return StepRun(milliseconds: (clock.now - start) / .milliseconds(1), answer: answer)
    }
}

/// The steps by name.
struct StepList {
    private let steps: [String: any BenchStep]

    init(_ data: BenchData) {
        let queries = QuerySteps(path: data.warehouse)
        let all: [any BenchStep] =
            [ParseStep(), ImportStep(data: data)] + queries.all + HTTPSteps.all + DriverSteps.all
            + WarmSteps.all(data)
        steps = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
    }

    func run(_ name: String) async throws -> StepRun {
        guard let step = steps[name] else {
            throw AirlockError(
                .invalidArgument, "there is no step '\(name)'",
                hint: "There are \(steps.keys.sorted().joined(separator: ", ")).")
        }
        return try await step.run()
    }
}

/// Something that is timed.
protocol BenchStep: Sendable {
    var name: String { get }
    func run() async throws -> StepRun
}
