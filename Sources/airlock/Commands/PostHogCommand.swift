import ArgumentParser

struct PostHogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "posthog", abstract: "A PostHog for development, over a local warehouse.",
        subcommands: [PostHogServeCommand.self])
}
