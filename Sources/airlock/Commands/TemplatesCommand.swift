import ArgumentParser

struct TemplatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "templates", abstract: "List, show, check, render and start templates.",
        discussion: """
            Templates are found by name: those built in, then the directories of AIRLOCK_TEMPLATES, then those of \
            --templates; each takes the place of same-named ones before it.
            """,
        subcommands: [
            TemplatesListCommand.self, TemplatesShowCommand.self, TemplatesCheckCommand.self,
            TemplatesRenderCommand.self, TemplatesNewCommand.self,
        ])
}
