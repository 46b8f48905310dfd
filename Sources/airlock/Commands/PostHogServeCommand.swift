import ArgumentParser

struct PostHogServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Answer PostHog's API from a warehouse file, without a network.",
        discussion: """
            SDKs send events and ask for flags with the project token, programs use the API with a personal key:

              airlock posthog serve --data work.airlock
              curl -H 'Authorization: Bearer phx_local' \\
                http://127.0.0.1:8000/api/projects/@current/

            What is sent is kept in the file. Without --data it is a copy of the demo data set, which lies in the cache \
            directory as posthog.airlock and stays between runs. A file that is not there is made, empty.

            For development, on loopback: there is no TLS, one project and one user. Ctrl-C ends it.

            \(HelpText.exitCodes)
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The warehouse file to serve and change (default: a copy of the demo data).", valueName: "file"))
    var data: String?

    @Option(help: ArgumentHelp("The port to listen on; 0 for any that is free.", valueName: "port"))
    var port = 8000

    @Option(help: ArgumentHelp("The IPv4 address to listen on.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(name: .customLong("project-id"), help: ArgumentHelp("The number of the project.", valueName: "number"))
    var projectID = 1

    @Option(
        name: .customLong("project-token"),
        help: ArgumentHelp("What events and flags are asked with.", valueName: "token"))
    var projectToken = "phc_local"

    @Option(
        name: .customLong("key"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A personal key, with scopes when not all: phx_x=query:read,insight:write. May be repeated (default: phx_local).",
            valueName: "key"))
    var keys: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("A JSON script of what is to go wrong; see docs/posthog-server.md.", valueName: "file"))
    var faults: String?

    @Flag(name: .customLong("enforce-limits"), help: "Hold PostHog's rate limits and its limit of 3 queries at once.")
    var enforcesLimits = false

    @Flag(name: [.short, .long], help: "Say nothing but errors.")
    var quiet = false

    func run() async throws {
        try await ServeJob(
            data: data, port: port, host: host, projectID: projectID, projectToken: projectToken, keys: keys,
            faults: faults, enforcesLimits: enforcesLimits, console: Console(path: nil, isQuiet: quiet)
        ).run()
    }
}
