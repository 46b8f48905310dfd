import AirlockCore
import Testing

@testable import Templating

@Suite struct VariableFileTests {
    private static func read(_ name: String, _ text: String) throws(AirlockError) -> String {
        JSONValue.object(try VariableFile(name: name, bytes: Array(text.utf8)).values).json
    }

    @Test(arguments: [
        ("a.json", #"{"b":1,"a":[true]}"#, #"{"b":1,"a":[true]}"#),
        ("a.JSON", "\u{FEFF}{}", "{}"),
        ("a.toml", "b = 1\na = 2024-01-01\n", #"{"b":1,"a":"2024-01-01"}"#),
        ("a.yaml", "", "{}"),
        ("a.yml", "# nothing\n", "{}"),
        ("-", "{\"a\": 1}", #"{"a":1}"#),
        ("-", "a: 1\n", #"{"a":1}"#),
        // What YAML 1.1 would take for something else stays text.
        (
            "a.yaml", "a: no\nb: 2024-01-01\nc: 12:30:45\nd: on\ne: 1_000\nf: <<\ng: =\n",
            #"{"a":"no","b":"2024-01-01","c":"12:30:45","d":"on","e":"1_000","f":"<<","g":"="}"#
        ),
        (
            "a.yaml", "a: 1\nb: 1.5\nc: true\nd: null\ne: ~\nf:\ng: 'yes'\nh: \"1\"\n",
            #"{"a":1,"b":1.5,"c":true,"d":null,"e":null,"f":null,"g":"yes","h":"1"}"#
        ),
        (
            "a.yaml", "a: 007\nb: 0x1F\nc: 0o17\nd: +1\ne: .5\nf: -1.\ng: 1e3\nh: 1.2.3\ni: '-'\n",
            #"{"a":7,"b":31,"c":15,"d":1,"e":0.5,"f":-1,"g":1000.0,"h":"1.2.3","i":"-"}"#
        ),
        ("a.yaml", "a: !!str 1\nb: !!int 1\nc: ! 1\n", #"{"a":"1","b":1,"c":"1"}"#),
        ("a.yaml", "a: &x [1, 2]\nb: *x\nc: {d: *x}\n", #"{"a":[1,2],"b":[1,2],"c":{"d":[1,2]}}"#),
        ("a.yaml", "a: |\n  one\n  two\nb: >-\n  x\n  y\n", #"{"a":"one\ntwo\n","b":"x y"}"#),
        ("a.yaml", "1: x\nnull: y\n", #"{"1":"x","null":"y"}"#),
    ])
    func files(name: String, text: String, json: String) throws {
        #expect(try Self.read(name, text) == json)
    }

    @Test(arguments: [
        ("a.json", "{\"a\":}", "not JSON: a value was expected (a.json:1:6)"),
        ("a.json", "[1]", "an object of variables was expected, not a value of type array (a.json)"),
        ("a.yaml", "- 1\n", "an object of variables was expected, not a value of type array (a.yaml)"),
        (
            "a.yaml", "a: 1\na: 2\n",
            "not YAML that variables can be read from: a key stands twice in one mapping (a.yaml:1:1)"
        ),
        (
            "a.yaml", "a: .inf\n",
            "not YAML that variables can be read from: inf and nan have no place in JSON, and so none here (a.yaml:1:4)"
        ),
        (
            "a.yaml", "a: !!binary aGk=\n",
            "not YAML that variables can be read from: the tag tag:yaml.org,2002:binary has no meaning here (a.yaml:1:4)"
        ),
        (
            "a.yaml", "a: !ruby/object {}\n",
            "not YAML that variables can be read from: the tag !ruby/object has no meaning here (a.yaml:1:4)"
        ),
        (
            "a.yaml", "? [a]\n: 1\n",
            "not YAML that variables can be read from: a key that is not plain text (a.yaml:1:3)"
        ),
        (
            "a.yaml", "a: 1\n---\nb: 1\n",
            "not YAML that variables can be read from: but found another document (a.yaml:2:1)"
        ),
        ("a.yaml", "a: *x\n", "not YAML that variables can be read from: found undefined alias (a.yaml:1:4)"),
        (
            "a.txt", "",
            "the name of a file of variables ends in .json, .yaml, .yml or .toml (a.txt)\n"
                + "  Use - to read JSON or YAML from standard input."
        ),
    ])
    func brokenFiles(name: String, text: String, message: String) {
        let error = Fixtures.error { () throws(AirlockError) in _ = try Self.read(name, text) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        String(repeating: "[", count: 50_000), String(repeating: "- ", count: 50_000) + "a",
        String(repeating: "{a: ", count: 50_000), "? " + String(repeating: "? ", count: 50_000),
        (0..<200).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
        "a: &a [1,1]\n" + (0..<40).map { "b\($0): &b\($0) [*a, *a]\n" }.joined(),
        "a\u{0}: 1", String(repeating: "a", count: VariableFile.maxBytes + 1),
    ])
    func excess(text: String) {
        #expect(throws: AirlockError.self) { try Self.read("a.yaml", text) }
    }

    @Test func aliasesAreCountedEachTime() {
        var text = "a0: &a0 [" + Array(repeating: "1", count: 400).joined(separator: ",") + "]\n"
        for level in 1...4 {
            text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1), *a\(level - 1)]\n"
        }
        let error = Fixtures.error { () throws(AirlockError) in _ = try Self.read("a.yaml", text) }
        #expect(error?.message == "not YAML that variables can be read from: more than 100000 values")
    }

    @Test func notUTF8() {
        #expect(throws: AirlockError.self) { try VariableFile(name: "a.yaml", bytes: [0x61, 0x3A, 0x20, 0xFF]) }
    }
}
