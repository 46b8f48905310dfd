import ArgumentParser
import Glibc
import Runner
import Sandbox

/// The command line: `airlock COMMAND`.
struct AirlockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "airlock",
        abstract: "Run parameterised analysis scripts that nobody has to trust.",
        discussion: """
            A template declares typed variables; Airlock validates them, renders the script, runs it in a sandbox and \
            lets it reach data in one way only: through a broker that enforces quotas.

            Without any configuration the data is a demo data set, so 'airlock run top-events' works at once.

            \(HelpText.exitCodes)
            """,
        subcommands: [
            RunCommand.self, ExecCommand.self, BatchCommand.self, TemplatesCommand.self, ObjectsCommand.self,
            FieldsCommand.self, QueryCommand.self, CaptureCommand.self, DataCommand.self, PostHogCommand.self,
            DoctorCommand.self, LimitsCommand.self, AuditCommand.self, ConfigCommand.self, VersionCommand.self,
        ])
}

@main
enum Main {
    // Not async: the main thread of such a program serves the main queue, which has no work here.
    static func main() {
        RunCall.began = .now
        // First of all, while there is no other thread that could read the environment.
        RunCall.headStart = HeadStart()
        // A reader that went away is an error of the write, not a death in the middle of a run.
        signal(SIGPIPE, SIG_IGN)
        let command = CommandLine.arguments.dropFirst().first
        // With a sandbox under way both cores are busy, and its interpreter takes longer than this preparation.
        if command == "run" || command == "exec", RunCall.headStart?.isUnderWay != true {
            RunCall.runner.prepareInBackground()
        }
        EarlyDispatch.comeUpIfScarce()
        // Detached: the main actor is never served.
        Task.detached {
            let code = await CommandLineSession(arguments: Array(CommandLine.arguments.dropFirst())).run()
            RunCall.headStart?.discard()
            // Not exit: its handlers would take libraries down (OpenSSL's among them) under threads that still run.
            fflush(nil)
            _exit(code)
        }
        // To the end of the process: a sandbox that has a head start would die with this thread.
        while true { pause() }
    }
}
