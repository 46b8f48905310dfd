import Foundation
import PackagePlugin

/// Turns the built-in templates, the guest and the seccomp profiles into Swift, so that the binary needs no files.
@main
struct EmbedFiles: BuildToolPlugin {
    static let folders = ["Templates", "sandbox/guest", "sandbox/profiles"]

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let files = Self.folders.flatMap { contents(of: root.appending(path: $0)) }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles+Content.swift")
        let tool = try context.tool(named: "embed-files").url
        return [
            .buildCommand(
                displayName: "Embedding \(files.count) files", executable: tool,
                arguments: [root.path(), output.path()] + files.map { $0.path() }, inputFiles: files,
                outputFiles: [output])
        ]
    }

    private func contents(of folder: URL) -> [URL] {
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        let wanted = ["py", "json"]
        return (found?.compactMap { $0 as? URL } ?? [])
            .filter { wanted.contains($0.pathExtension) && !$0.pathComponents.contains("__pycache__") }
            .sorted { $0.path() < $1.path() }
    }
}
