import AirlockCore
import ArgumentParser
import DriverKit
import Runner
import Templating

/// How a run is bounded.
struct RunOptions: ParsableArguments {
    @Option(
        name: .customLong("limit"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Set a limit: wall=30s, memory=1GiB, calls=20 and so on. May be repeated; 'airlock limits' lists them.",
            valueName: "name=value"))
    var limitTexts: [String] = []

    @Option(
        help: ArgumentHelp(
            "full: all layers. portable: without those that need user namespaces, for hosts that forbid them.",
            valueName: "level"))
    var isolation: IsolationReport.Level = .full

    @Option(
        name: .customLong("profile"), parsing: .unconditional,
        help: ArgumentHelp(
            "strict: one process, the standard library. data: threads and the interpreter's packages. box: a shell and "
                + "the tools of /usr/bin too, for which a template has to ask as well, and a script that is none need not "
                + "(default: the template's, else strict).",
            valueName: "profile"))
    var profileName: String?

    @Flag(help: "Allow methods that change the data source, if the template asks for them.")
    var allowWrites = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Make random numbers and string hashing repeatable.", valueName: "number"))
    var seed: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Write the files that the script hands out into this directory.", valueName: "dir"))
    var artifacts: String?

    func profile() throws(AirlockError) -> SandboxProfile? {
        guard let profileName else { return nil }
        return try SandboxProfile(named: profileName)
    }

    func limits() throws(AirlockError) -> TemplateLimits {
        var limits = TemplateLimits()
        for text in limitTexts {
            let (name, value) = try VariableOptions.pair(text, option: "--limit")
            do throws(AirlockError) {
                try limits.set(name, toText: value)
            } catch {
                var error = error
                error.location = error.location ?? .argument("--limit \(name)")
                throw error
            }
        }
        return limits
    }

    /// A run as these options bound it.
    func request(
        _ template: Template, _ variables: VariableInputs, _ driver: any DataDriver
    ) throws(AirlockError) -> RunRequest {
        var request = RunRequest(template: template, variables: variables, driver: driver)
        request.isolation = isolation
        request.profile = try profile()
        request.limits = try limits()
        request.allowWrites = allowWrites
        request.seed = seed
        return request
    }
}
