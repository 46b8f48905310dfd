import ArgumentParser

/// Whether a run says where its time went.
struct TimingOptions: ParsableArguments {
    @Flag(help: "Say on standard error where the time went, step by step. The JSON document has it as 'timings'.")
    var timings = false
}
