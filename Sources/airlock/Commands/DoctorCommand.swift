import AirlockCore
import ArgumentParser
import Doctor
import Settings

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what this host offers the sandbox, and how to get what is missing.",
        discussion: """
            Ends with 70 when no run is possible: no isolation, or no interpreter.

            With --probe, 88 hostile behaviours are tried on this machine, as the current user: each first without a \
            sandbox, to see that it works here at all, then in one. All of it aims at files, sockets and a process of its \
            own, which are removed at the end; what would do harm unprotected is tried only after a harmless form of it was \
            seen to be stopped. Takes about a minute. Ends with 1 when one of them failed.

            With --driver posthog it looks at PostHog instead: whether it is reached, takes the key and grants it enough, \
            answers a query, what is left of the rate limits, whether the clocks agree. Ends with 6 when something fails, and \
            with 2 when the settings are wrong.

            \(HelpText.templateEnvironment)

            \(HelpText.exitCodes)
            """)

    @Flag(help: "Try the hostile suite on this machine.")
    var probe = false

    @Option(
        help: ArgumentHelp(
            "With --probe: full or portable (default: full where it is to be had, else portable).", valueName: "level"))
    var isolation: IsolationReport.Level?

    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Settings") var host: HostOptions
    @OptionGroup(title: "Templates") var templates: TemplateOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        if probe, data.driver == .posthog {
            throw ValidationError(
                "--probe tries the sandbox, and --driver posthog looks at PostHog: leave out one of them.")
        }
        if data.driver != .posthog, host.metrics != nil || host.audit != nil {
            throw ValidationError("--metrics and --audit are for --driver posthog: nobody is asked without it.")
        }
        if isolation != nil, !probe {
            throw ValidationError("--isolation is for --probe: doctor looks at both levels.")
        }
    }

    func run() async throws {
        if data.driver == .posthog {
            guard try await HealthReport.make(data, host).present(output) else {
                throw ExitCode(RunStatus.upstreamFailed.exitCode)
            }
            return
        }
        if probe {
            let report = try await ProbePresentation.run(isolation, output)
            if report.hasFailed { throw ExitCode(1) }
            return
        }
        let examination = await Examination.make(templates.source, data, host)
        try examination.present(output)
        if !examination.canRun { throw ExitCode(70) }
    }
}
