import AirlockCore

@testable import Templating

/// Files of variables: a byte that says the language, and the text. What is read can be written as JSON and read again;
/// every place that TOML speaks of is found.
enum DocumentFuzz: FuzzTarget {
    static let name = "document"

    static func check(_ bytes: [UInt8]) throws(Complaint) {
        let names: [UInt8: String] = [
            UInt8(ascii: "j"): "v.json", UInt8(ascii: "y"): "v.yaml", UInt8(ascii: "t"): "v.toml",
        ]
        let content = Array(bytes.dropFirst())
        let name = names[bytes.first ?? 0] ?? "-"
        let file: VariableFile
        do throws(AirlockError) {
            file = try VariableFile(name: name, bytes: content)
        } catch {
            try ErrorRules.check(error, lines: LineIndex(content).lineCount + 1)
            guard case .file(name, _, _)? = error.location else { throw Complaint("no place: \(error)") }
            return
        }
        let value = JSONValue.object(file.values)
        let again = try? JSONValue(json: value.jsonBytes, maxDepth: 1024)
        try hold(again == value, "the values change when they are written as JSON")
        guard name == "v.toml", let text = String(validating: content, as: UTF8.self) else { return }
        let document = TOMLDocument(text)
        for key in document.root.keys {
            _ = try present(document.place(of: JSONPointer.appending(key, to: "")), "'\(key)' has no place")
        }
    }
}
