import AirlockCore
import ArgumentParser

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show the settings in force, and where each comes from.",
        discussion: """
            Values come from, weakest first: the default, a file (--config, AIRLOCK_CONFIG), the environment, flags. A key \
            is shown as its mask; files and commands that give keys are read and run, so that what is wrong with them \
            shows here.

              airlock config --setting posthog.flags=local
              airlock config --all --format json

            Ends with 2 when something is wrong; everything that is wrong is said at once.

            \(HelpText.exitCodes)
            """)

    @Flag(help: "Also those that nothing sets.")
    var all = false

    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Settings") var host: HostOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() throws {
        let settings = try HostSession.load(host, data, readsKeys: true)
        try SettingsPresentation(settings, all: all).present(output)
    }
}
