import Glibc

// embed-files ROOT OUTPUT FILE… --library NAME LIBRARY COMPILER ARGUMENT…: writes a Swift file that holds the text of each
// FILE, by its path below ROOT; then makes LIBRARY, and writes its bytes in hexadecimal, by NAME.

func bytes(of path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { fail("cannot read \(path)") }
    defer { fclose(file) }
    var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 65536))
    while true {
        let count = fread(&chunk, 1, chunk.count, file)
        if count == 0 { return bytes }
        bytes += chunk[..<count]
    }
}

func read(_ path: String) -> String {
    guard let text = String(validating: bytes(of: path), as: UTF8.self) else { fail("\(path) is not UTF-8") }
    return text
}

func hexadecimal(_ path: String) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
        decoding: bytes(of: path).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

func fail(_ message: String) -> Never {
    let line = "embed-files: \(message)\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(1)
}

func compile(_ command: [String]) {
    var words = command.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var (child, status) = (pid_t(), Int32())
    guard posix_spawn(&child, command[0], nil, nil, &words, environ) == 0, waitpid(child, &status, 0) == child,
        status == 0
    else { fail("\(command[0]) failed") }
}

/// A Swift string literal.
func literal(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": quoted += "\\\(scalar)"
        case "\n": quoted += "\\n"
        case " "..."~": quoted.unicodeScalars.append(scalar)
        default: quoted += "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
    return quoted + "\""
}

let arguments = CommandLine.arguments
let files = arguments.dropFirst(3).prefix { $0 != "--library" }
let command = arguments.firstIndex(of: "--library").map { Array(arguments[($0 + 1)...]) }
guard arguments.count > 2, command.map({ $0.count > 2 }) != false else {
    fail("usage: embed-files ROOT OUTPUT FILE… [--library NAME LIBRARY COMPILER ARGUMENT…]")
}
let root = arguments[1].hasSuffix("/") ? arguments[1] : arguments[1] + "/"
var source = "extension EmbeddedFiles {\n    static let content: [(path: StaticString, text: StaticString)] = [\n"
for path in files {
    guard path.hasPrefix(root) else { fail("\(path) lies outside of \(root)") }
    source += "        (\(literal(String(path.dropFirst(root.count)))), \(literal(read(path)))),\n"
}
if let command {
    let (name, library) = (command[0], command[1])
    compile(Array(command[2...]) + ["-o", library])
    source += "        (\(literal(name)), \(literal(hexadecimal(library)))),\n"
}
source += "    ]\n}\n"
guard let output = fopen(arguments[2], "w"), fputs(source, output) >= 0, fclose(output) == 0 else {
    fail("cannot write \(arguments[2])")
}
