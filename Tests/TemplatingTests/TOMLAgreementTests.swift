import AirlockCore
import Foundation
import TOMLKit
import Testing

@testable import Templating

/// What our reader makes of valid documents is what toml++ (TOMLKit) makes of them.
///
/// Templates themselves are not read with it: it ends the process at some broken keys (an assertion), forgets the order of
/// keys, and knows no places for the errors that come after parsing.
@Suite struct TOMLAgreementTests {
    static let documents = [
        "",
        "a = 1\nb = -0\nc = 9223372036854775807\nd = -9223372036854775808\ne = 1_000_000",
        "f = 1.5\ng = -0.25\nh = 5e22\ni = 6.626e-34\nj = 1e06\nk = 224_617.445_991_228",
        "t = true\nf = false",
        #"s = "a\tb\n\"q\" \\ é é 😀""#,
        #"l = 'C:\no\escapes'"#,
        "m = \"\"\"\nfirst\nsecond \\\n    joined\"\"\"",
        "r = '''\nraw \\ line\nnext'''",
        #"q = """two quotes "" inside""""#,
        "a = [ 1, 2, 3 ]\nb = [ [1, 2], [\"x\"], ]\nc = [\n  \"one\", # comment\n  \"two\",\n]\nd = []",
        "p = { x = 1, y = { z = [ { k = 'v' } ] } }\ne = {}",
        "a.b.c = 1\na.b.d = 2\n\"quoted key\" = 3\n'a.b' = 4\n1234 = 5\nbare-key_1 = 6",
        "[table]\nk = 1\n[table.sub.\"de ep\"]\nk = 2\n[other]\n",
        "[[list]]\nn = 1\n[[list]]\n[list.inner]\nm = 2\n[[list.items]]\nz = 1\n[[list.items]]\nz = 2",
        "[fruit]\napple.color = \"red\"\napple.taste.sweet = true\n[fruit.apple.texture]\nsmooth = true",
        "# only a comment\n\n   \t\nk = 'v' # behind\r\nw = 1\r\n",
        """
        requires-python = ">=3.9"
        dependencies = []
        [tool.airlock]
        name = "funnel"
        [tool.airlock.variables.steps]
        type = "array"
        items = { type = "string", minLength = 1 }
        default = ["signup", "purchase"]
        """,
    ]

    @Test(arguments: documents)
    func twoReadersAgree(text: String) throws {
        let ours = TOMLDocument(text)
        #expect(ours.problems.isEmpty)
        let theirs = try JSONValue(json: Array(TOMLTable(string: text).convert(to: .json).utf8))
        #expect(sorted(.object(ours.root)) == sorted(theirs))
    }

    /// Without the order of keys, which toml++ does not keep.
    private func sorted(_ value: JSONValue) -> String {
        if let object = value.objectValue {
            let members = object.map { (key: $0.key, text: sorted($0.value)) }.sorted { $0.key < $1.key }
            return "{" + members.map { "\(JSONValue.string($0.key).json):\($0.text)" }.joined(separator: ",") + "}"
        }
        if let array = value.arrayValue { return "[" + array.map(sorted).joined(separator: ",") + "]" }
        if let number = value.doubleValue { return String(number) }
        return value.json
    }
}
