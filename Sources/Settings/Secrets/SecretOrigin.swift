internal import AirlockCore
internal import Glibc

/// The three ways to hand over a key: itself, a file that holds it, a command that prints it.
struct SecretOrigin: Sendable {
    enum Way: String, Sendable, CaseIterable {
        case text = ""
        /// As container platforms hand over secrets.
        case file = "_file"
        /// As the command lines of vaults give them out.
        case command = "_command"
    }

    var way: Way
    var given: SettingText

    /// A longer key is none.
    static let maxBytes = 4096

    /// - Throws: a problem, in which nothing of the key or of what the command said is repeated.
    func secret(of setting: Setting, environment: [String: String]) throws(KeyFault) -> SecretText {
        let bytes: [UInt8]
        switch way {
        case .text: return SecretText(given.text)
        case .file: bytes = try Self.read(given.text)
        case .command: bytes = try KeyCommand(given.text).run(environment: environment)
        }
        // The first line; what follows is a comment, as password files have it.
        let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
        guard !line.isEmpty else { throw KeyFault("it gives an empty first line") }
        guard let text = String(validating: line, as: UTF8.self) else { throw KeyFault("what it gives is not UTF-8") }
        return SecretText(text)
    }

    private static func read(_ path: String) throws(KeyFault) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw KeyFault("its name holds a NUL character") }
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard file >= 0 else { throw KeyFault("the file cannot be opened: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw KeyFault("it is not a file") }
        guard status.st_mode & 0o022 == 0 else { throw KeyFault("the file can be changed by others: chmod go-w") }
        guard let bytes = BoundedRead.all(file, upTo: maxBytes) else {
            throw KeyFault("it is larger than a key, or cannot be read")
        }
        return bytes
    }
}

/// Why there is no key.
struct KeyFault: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
}
