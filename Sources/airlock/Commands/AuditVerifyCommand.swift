import AirlockCore
import ArgumentParser
import Telemetry

struct AuditVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Say whether an audit log is whole: that its chain of hashes holds.",
        discussion: """
            The files of a log that was rotated are given oldest first. What was cut off the end leaves a chain that holds: \
            compare the number and hash of the last record with those that were kept elsewhere.

            EXIT CODES
              0    the chain holds
              1    it does not; the first place at which it breaks is named
              2    a file cannot be read
            """)

    @Argument(help: ArgumentHelp("The log's files.", valueName: "file")) var files: [String]

    @OptionGroup(title: "Output") var output: OutputOptions

    func run() throws {
        let verification = try AuditPresentation(files).present(output)
        if !verification.isIntact { throw ExitCode(1) }
    }
}
