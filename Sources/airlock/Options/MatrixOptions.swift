import AirlockCore
import ArgumentParser
import Templating

/// The values that a template is run for in all combinations.
struct MatrixOptions: ParsableArguments {
    @Option(
        name: .customLong("matrix"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Run for each of these values, as --set would take them; with several --matrix, for every combination. A "
                + "variable that is a list takes one value for each --matrix; others may be a JSON array.",
            valueName: "name=a,b"))
    var texts: [String] = []

    @OptionGroup var jobs: JobOptions

    func matrix(of call: RunCall) throws(AirlockError) -> Matrix {
        try Matrix(texts, schema: call.template.variables, given: call.variables)
    }

    /// One run has nothing to be done beside it.
    func refuseJobs() throws(AirlockError) {
        guard jobs.count != nil else { return }
        throw AirlockError(
            .invalidArgument, "--jobs says how many runs there are at once, and without --matrix there is one",
            at: .argument("--jobs"), hint: "Name values with --matrix, or leave out --jobs.")
    }
}
