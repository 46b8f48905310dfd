import AirlockCore
import ArgumentParser
import Runner
import Synchronization
import Templating

/// Where templates are found.
struct TemplateOptions: ParsableArguments {
    @Option(
        name: .customLong("templates"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A directory of templates; its templates take the place of built-in ones of the same name. May be repeated; "
                + "the last is the strongest.", valueName: "dir"))
    var directories: [String] = []

    var source: TemplateSource { TemplateSource(directories: directories) }
}

/// Reads templates, each file once in a process: the flags of a template's variables are looked at before the command
/// itself is parsed.
struct TemplateSource {
    private static let read = Mutex<[String: Template]>([:])

    /// Those of `--templates`.
    var directories: [String]

    /// Lists nothing and reads nothing until asked.
    var catalogue: TemplateCatalogue {
        TemplateCatalogue(
            builtIn: Assets.builtInTemplates,
            directories: TemplateCatalogue.directories(inVariable: Environment.value("AIRLOCK_TEMPLATES")) + directories
        )
    }

    /// The template of this name or path.
    func template(_ name: String) throws(AirlockError) -> Template {
        if let known = Self.read.withLock({ $0[name] }) { return known }
        let template = try catalogue.load(name)
        Self.read.withLock { $0[name] = template }
        return template
    }

    /// The script in this file, or on standard input for `-`; it need not be a template.
    static func script(_ path: String) throws(AirlockError) -> Template {
        let key = "exec \(path)"
        if let known = read.withLock({ $0[key] }) { return known }
        let bytes = try InputFile.read(path, maxBytes: Template.maxBytes)
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let name = file.hasSuffix(".py") && file.utf8.count > 3 ? String(file.dropLast(3)) : file
        let template = try Template(adHoc: name, bytes: bytes, path: path == "-" ? nil : path)
        read.withLock { $0[key] = template }
        return template
    }
}
