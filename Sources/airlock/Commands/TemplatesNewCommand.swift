import AirlockCore
import ArgumentParser
import Glibc
import Templating

struct TemplatesNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write a template to start from.",
        discussion: "It passes its check and runs on any source that has events.\n\n" + HelpText.exitCodes)

    @Argument(help: "The new template's name: letters, digits, '-' and '_'.")
    var name: String

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: ArgumentHelp("The file (default: NAME.py in this directory); '-' is standard output.", valueName: "file"))
    var output: String?

    func run() throws {
        let text = try TemplateScaffold.new(name: name)
        let path = output ?? "\(name).py"
        guard path == "-" || access(path, F_OK) != 0 else {
            throw AirlockError(
                .fileFailed, "there is a file already", at: .file(path),
                hint: "Choose another name, or delete it first.")
        }
        try Console(path: path, isQuiet: false).write(text)
        if path != "-" { Console.standard.say("\(path): written; 'airlock run ./\(path)' runs it\n") }
    }
}
