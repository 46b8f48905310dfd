internal import AirlockCore
internal import Glibc
internal import Templating

/// A file of settings: TOML, a table for each group of them.
///
/// It may name a command that is run, and may hold keys. So nobody else may be able to change it, and, when it holds a key,
/// to read it.
struct SettingsFile: Sendable {
    let path: String
    private(set) var values: [String: SettingText] = [:]
    private(set) var problems: [Problem] = []

    static let maxBytes = 256 << 10

    /// - Throws: `file_failed` when it cannot be read. What is wrong inside is in ``problems``.
    init(path: String, known: Set<String>, secrets: Set<String>) throws(AirlockError) {
        self.path = path
        let (bytes, mode, owner) = try Self.read(path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw AirlockError(.invalidArgument, "the settings are not UTF-8", at: .file(path))
        }
        let document = TOMLDocument(text)
        if let problem = document.problems.first {
            throw AirlockError(
                .invalidArgument, "the settings are not TOML: \(problem.message)",
                at: .file(path, line: problem.line, column: problem.column))
        }
        flatten(document.root, "", "", document, known)
        if mode & 0o022 != 0 || (owner != geteuid() && owner != 0) {
            problems.append(
                Problem("file_mode", "\(path) can be changed by others than its user: chmod go-w, and own it yourself"))
        }
        if mode & 0o077 != 0, let secret = values.keys.filter(secrets.contains).sorted().first {
            problems.append(
                Problem(
                    "file_mode",
                    "\(path) holds \(secret) and can be read by others: chmod 600, or name a file or command",
                    pointer: "/" + secret.split(separator: ".").joined(separator: "/")))
        }
    }

    private mutating func flatten(
        _ table: JSONObject, _ prefix: String, _ pointer: String, _ document: TOMLDocument, _ known: Set<String>
    ) {
        for (key, value) in table {
            let name = prefix + key
            let place = "\(pointer)/\(key)"
            let line = document.place(of: place)?.line
            if let inner = value.objectValue, !known.contains(name), prefix.isEmpty {
                flatten(inner, name + ".", place, document, known)
                continue
            }
            guard known.contains(name) else {
                let near = nearestName(to: name, in: known.sorted()).map { "; did you mean '\($0)'?" } ?? ""
                problems.append(
                    Problem(
                        "unknown_setting", "\(path): there is no setting '\(String(name.prefix(100)))'\(near)",
                        pointer: place, line: line))
                continue
            }
            guard let text = Self.text(value) else {
                problems.append(
                    Problem(
                        "invalid_setting", "\(path): it has to be a text, a number, a truth value or a list of texts",
                        pointer: place, line: line))
                continue
            }
            values[name] = SettingText(text: text, source: .file(path, line: line))
        }
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): return text
        case .number(let number): return number.text
        case .bool(let flag): return String(flag)
        case .array(let list):
            let texts = list.compactMap(\.stringValue)
            return texts.count == list.count ? texts.joined(separator: ",") : nil
        default: return nil
        }
    }

    private static func read(_ path: String) throws(AirlockError) -> (bytes: [UInt8], mode: mode_t, owner: uid_t) {
        func failed(_ what: String, _ code: Int32? = nil) -> AirlockError {
            AirlockError(
                .fileFailed, "the settings cannot be read: \(what)", at: .file(path),
                hint: "--config or AIRLOCK_CONFIG names the file.", cause: code.map { String(cString: strerror($0)) })
        }
        guard !path.utf8.contains(0) else { throw failed("the name holds a NUL character") }
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard file >= 0 else { throw failed("it cannot be opened", errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failed("it cannot be looked at", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failed("it is not a file") }
        guard let bytes = BoundedRead.all(file, upTo: maxBytes) else {
            throw failed("it is larger than \(ByteCount(maxBytes)), or breaks off")
        }
        return (bytes, status.st_mode, status.st_uid)
    }
}

/// Reads a descriptor to its end.
enum BoundedRead {
    /// - Returns: `nil` for more than `most` bytes, and when it cannot be read.
    static func all(_ file: Int32, upTo most: Int) -> [UInt8]? {
        var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= most else { return nil }
        }
    }
}
