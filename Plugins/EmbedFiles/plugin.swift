import Foundation
import PackagePlugin

/// Turns the built-in templates, the guest and the seccomp profiles into Swift, so that the binary needs no files; and what
/// a zygote's interpreter loads, which is compiled here, so that nobody needs a compiler to run it.
@main
struct EmbedFiles: BuildToolPlugin {
    static let folders = ["Templates", "sandbox/guest", "sandbox/profiles"]

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let files = Self.folders.flatMap { contents(of: root.appending(path: $0)) }
        let library = context.pluginWorkDirectoryURL.appending(path: "airlock_zygote.so")
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles+Content.swift")
        let tool = try context.tool(named: "embed-files").url
        return [
            try compile(library, in: context, root: root),
            .buildCommand(
                displayName: "Embedding \(files.count) files", executable: tool,
                arguments: [root.path(), output.path()] + files.map { $0.path() }
                    + ["sandbox/zygote/airlock_zygote.so=\(library.path())"], inputFiles: files + [library],
                outputFiles: [output]),
        ]
    }

    /// The launcher's files and the module: one shared object, which keeps what the module reaches.
    ///
    /// Bound at once, since init forgets the dynamic linker's notes. With DEBUG places can be made to fail: the host asks
    /// for it, and a release build of the host never does.
    private func compile(_ library: URL, in context: PluginContext, root: URL) throws -> Command {
        let folders = ["sandbox/launcher", "sandbox/launcher/include", "sandbox/zygote"].map {
            root.appending(path: $0)
        }
        let files = folders.flatMap { contents(of: $0, withSuffixes: ["c", "h"], isDeep: false) }
        let options = [
            "-std=gnu11", "-O2", "-g0", "-fPIC", "-shared", "-fvisibility=hidden", "-ffunction-sections", "-DDEBUG",
            "-Wall", "-Wextra", "-Werror", "-Wl,--gc-sections", "-Wl,-z,now", "-Wl,-z,relro", "-Wl,-z,noexecstack",
            "-Wl,--build-id=none", "-Wl,-s", "-ffile-prefix-map=\(root.path())=",
        ]
        return .buildCommand(
            displayName: "Compiling the zygote's module", executable: try context.tool(named: "clang").url,
            arguments: options + folders.flatMap { ["-I", $0.path()] }
                + files.filter { $0.pathExtension == "c" }.map { $0.path() } + ["-o", library.path()],
            inputFiles: files, outputFiles: [library])
    }

    private func contents(of folder: URL, withSuffixes wanted: [String] = ["py", "json"], isDeep: Bool = true) -> [URL]
    {
        let found = FileManager.default.enumerator(
            at: folder, includingPropertiesForKeys: [.isRegularFileKey],
            options: isDeep ? [] : [.skipsSubdirectoryDescendants])
        return (found?.compactMap { $0 as? URL } ?? [])
            .filter { wanted.contains($0.pathExtension) && !$0.pathComponents.contains("__pycache__") }
            .sorted { $0.path() < $1.path() }
    }
}
