import AirlockCore
import ArgumentParser
import Reporting

struct TemplatesCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check templates and say all that is wrong with them at once.",
        discussion: "Ends with 2 when a template has a problem; notes alone do not count.\n\n" + HelpText.exitCodes)

    @Argument(help: "Names or paths; all templates when none is given.")
    var names: [String] = []

    @OptionGroup var templates: TemplateOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let check = try TemplateCheck(names, templates.source)
        try check.present(output)
        if check.problemCount > 0 { throw ExitCode(RunStatus.invalid.exitCode) }
    }
}
