public import AirlockCore

/// Where templates are found by name: those built in, then directories, each taking the place of same-named ones
/// before it.
public struct TemplateCatalogue: Sendable {
    private let builtIn: [String: [UInt8]]
    private let directories: [String]

    /// - Parameters:
    ///   - builtIn: file contents by template name.
    ///   - directories: the weakest first: those of `AIRLOCK_TEMPLATES`, then those of `--templates`.
    public init(builtIn: [String: [UInt8]], directories: [String] = []) {
        self.builtIn = builtIn
        self.directories = directories
    }

    /// The directories of `AIRLOCK_TEMPLATES`, separated by colons; empty ones are left out.
    public static func directories(inVariable text: String?) -> [String] {
        (text ?? "").split(separator: ":").map(String.init)
    }

    /// Whether `name` may name a template: a lower-case letter or digit, then letters, digits, `-` and `_`.
    public static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, first != 0x2D, first != 0x5F, name.utf8.count <= 128 else { return false }
        return name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || isDigit($0) || $0 == 0x2D || $0 == 0x5F
        }
    }

    /// Whether the user means a file, not a name: it has a `/` or ends in `.py`.
    public static func isPath(_ text: String) -> Bool { text.contains("/") || text.hasSuffix(".py") }

    /// Reads the one template that `name`, or a path, means; no other file is opened.
    ///
    /// - Throws: `unknown_template` with the nearest name; `file_failed`; `invalid_template`.
    public func load(_ name: String) throws(AirlockError) -> Template {
        let (name, bytes, path) = try content(name)
        return try Template(name: name, bytes: bytes, path: path)
    }

    /// The bytes that `name`, or a path, means, for a check that reports also what cannot be loaded.
    public func content(_ name: String) throws(AirlockError) -> (name: String, bytes: [UInt8], path: String?) {
        if Self.isPath(name) { return (Self.name(ofPath: name), try TemplateFile.read(name), name) }
        if Self.isName(name) {
            for directory in directories.reversed() {
                let path = Self.file(name, in: directory)
                if TemplateFile.exists(path) { return (name, try TemplateFile.read(path), path) }
            }
            if let bytes = builtIn[name] { return (name, bytes, nil) }
        }
        let known = try names()
        let nearest = nearestName(to: name, in: known)
        throw AirlockError(
            .unknownTemplate,
            "there is no template named '\(name)'" + (nearest.map { "; the nearest is '\($0)'" } ?? ""),
            hint: known.isEmpty
                ? "Name a directory of templates with --templates." : "'airlock templates list' shows all of them.",
            problems: nearest.map { [Problem("unknown_template", "the nearest name", suggested: .string($0))] } ?? [])
    }

    /// All names, sorted.
    public func names() throws(AirlockError) -> [String] {
        var names = Set(builtIn.keys)
        for directory in directories { names.formUnion(try TemplateFile.names(in: directory).filter(Self.isName)) }
        return names.sorted()
    }

    /// What `templates list` shows: every template, the broken ones with what is wrong.
    public func list() throws(AirlockError) -> [Entry] {
        var entries: [Entry] = []
        for name in try names() {
            do throws(AirlockError) {
                let template = try load(name)
                entries.append(Entry(name: name, path: template.path, manifest: template.manifest, error: nil))
            } catch {
                entries.append(Entry(name: name, path: nil, manifest: nil, error: error))
            }
        }
        return entries
    }

    /// One template of a list.
    public struct Entry: Sendable {
        public let name: String
        /// `nil` for a built-in one.
        public let path: String?
        /// `nil` for one that cannot be loaded.
        public let manifest: Manifest?
        public let error: AirlockError?
    }

    private static func file(_ name: String, in directory: String) -> String {
        directory.hasSuffix("/") ? "\(directory)\(name).py" : "\(directory)/\(name).py"
    }

    private static func name(ofPath path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.hasSuffix(".py") && file.utf8.count > 3 ? String(file.dropLast(3)) : file
    }
}
