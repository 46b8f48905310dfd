import Foundation
import PackagePlugin

/// Turns the built-in templates, the guest and the seccomp profiles into Swift, so that the binary needs no files; and what
/// a zygote's interpreter loads, which is compiled here, so that nobody needs a compiler to run it.
@main
struct EmbedFiles: BuildToolPlugin {
    static let folders = ["Templates", "sandbox/guest", "sandbox/profiles"]
    /// What a zygote's interpreter loads is made of these.
    static let sources = ["sandbox/launcher", "sandbox/launcher/include", "sandbox/zygote"]

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let files = Self.folders.flatMap { contents(of: $0, withSuffixes: ["py", "json"], below: root) }
        let sources = Self.sources.flatMap { contents(of: $0, withSuffixes: ["c", "h"], below: root, isDeep: false) }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles+Content.swift")
        // Of one command, and not among its outputs: the package manager would make a resource of it.
        let library = context.pluginWorkDirectoryURL.appending(path: "airlock_zygote.so")
        return [
            .buildCommand(
                displayName: "Embedding \(files.count) files", executable: try context.tool(named: "embed-files").url,
                arguments: [root.path(), output.path()] + files.map { $0.path() }
                    + ["--library", "sandbox/zygote/airlock_zygote.so", library.path()]
                    + [try context.tool(named: "clang").url.path()] + options(root)
                    + sources.filter { $0.pathExtension == "c" }.map { $0.path() },
                inputFiles: files + sources, outputFiles: [output])
        ]
    }

    /// The launcher's files and the module make one shared object, which keeps what the module reaches.
    ///
    /// Bound at once, since init forgets the dynamic linker's notes. With DEBUG places can be made to fail: the host asks
    /// for it, and a release build of the host never does.
    private func options(_ root: URL) -> [String] {
        [
            "-std=gnu11", "-O2", "-g0", "-fPIC", "-shared", "-fvisibility=hidden", "-ffunction-sections", "-DDEBUG",
            "-Wall", "-Wextra", "-Werror", "-Wl,--gc-sections", "-Wl,-z,now", "-Wl,-z,relro", "-Wl,-z,noexecstack",
            "-Wl,--build-id=none", "-Wl,-s", "-ffile-prefix-map=\(root.path())=",
        ] + Self.sources.flatMap { ["-I", root.appending(path: $0).path()] }
    }

    private func contents(
        of folder: String, withSuffixes wanted: [String], below root: URL, isDeep: Bool = true
    ) -> [URL] {
        let found = FileManager.default.enumerator(
            at: root.appending(path: folder), includingPropertiesForKeys: [.isRegularFileKey],
            options: isDeep ? [] : [.skipsSubdirectoryDescendants])
        return (found?.compactMap { $0 as? URL } ?? [])
            .filter { wanted.contains($0.pathExtension) && !$0.pathComponents.contains("__pycache__") }
            .sorted { $0.path() < $1.path() }
    }
}
