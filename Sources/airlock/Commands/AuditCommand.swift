import ArgumentParser

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Look after the log of calls.", subcommands: [AuditVerifyCommand.self])
}
