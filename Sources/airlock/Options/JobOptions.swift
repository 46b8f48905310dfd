import AirlockCore
import ArgumentParser
import Runner

/// How many runs are made at once.
struct JobOptions: ParsableArguments {
    @Option(
        name: .customLong("jobs"), parsing: .unconditional,
        help: ArgumentHelp("How many runs to make at once (default: one for each core).", valueName: "number"))
    var count: Int?

    func width() throws(AirlockError) -> Int {
        guard let count else { return ParallelRuns.defaultWidth }
        guard (1...ParallelRuns.maxWidth).contains(count) else {
            throw AirlockError(
                .invalidArgument, "the number of runs at once is 1 to \(ParallelRuns.maxWidth)", at: .argument("--jobs")
            )
        }
        return count
    }
}
