import AirlockCore
import Testing

@testable import Templating

@Suite struct MetadataBlockTests {
    private func find(_ text: String) -> (block: MetadataBlock?, codes: [String], lines: [Int?]) {
        let (block, problems) = MetadataBlock.find(in: LineIndex(Array(text.utf8)))
        return (block, problems.map(\.code), problems.map(\.line))
    }

    @Test func marksAreTakenOffAndLinesCounted() throws {
        let (block, codes, _) = find("import a\n# /// script\n# a = 1\n#\n#   b = 2\n# ///\nimport b\n")
        let found = try #require(block)
        #expect(codes.isEmpty)
        #expect(found.toml == "a = 1\n\n  b = 2\n")
        #expect(found.lines == 2...6)
        #expect(found.place(of: SourcePosition(line: 3, column: 3)) == SourcePosition(line: 5, column: 5))
    }

    /// The specification's own example: the last closing line of an unbroken run closes.
    @Test func theLastClosingLineCounts() throws {
        let text = """
            # /// script
            # embedded-csharp = '''
            # /// <summary>
            # /// text
            # ///
            # /// </summary>
            # public class MyClass { }
            # '''
            # ///

            """
        let found = try #require(find(text).block)
        #expect(found.lines == 1...9)
        #expect(found.toml.hasSuffix("'''\n"))
    }

    @Test(arguments: [
        ("# /// script\n# a = 1\n", ["unclosed_block"], 1),
        ("x = 1\n# /// script\n# a = 1\nimport b\n# ///\n", ["unclosed_block"], 2),
        ("# /// script\n# a = 1\n# /// \n", ["unclosed_block"], 1),
        ("# /// script\n#a = 1\n# ///\n", ["unclosed_block"], 1),
        ("# /// script\n# ///\n", ["empty_block"], 1),
        ("# /// script\n# a = 1\n# ///\n\n# /// script\n# b = 1\n# ///\n", ["duplicate_block"], 5),
    ])
    func broken(text: String, codes: [String], line: Int) {
        let found = find(text)
        #expect(found.codes == codes)
        #expect(found.lines == [line])
    }

    @Test(arguments: [
        "", "import a\n", "# /// other\n# a\n# ///\n", "# /// other\n# a\n", " # /// script\n # a\n # ///\n",
        "#/// script\n# a\n# ///\n", "# /// script \n# a\n# ///\n", "# /// scr_ipt\n# a\n# ///\n",
    ])
    func noBlock(text: String) {
        let found = find(text)
        #expect(found.block == nil)
        #expect(found.codes.isEmpty)
    }

    @Test(arguments: ["\r\n", "\r"])
    func lineBreaksOfEveryKind(lineBreak: String) throws {
        let text = ["# /// script", "# a = 1", "# ///", "x"].joined(separator: lineBreak)
        #expect(try #require(find(text).block).toml == "a = 1\n")
    }

    @Test func anUnclosedBlockNamesTheLineThatWouldCloseIt() {
        let (_, problems) = MetadataBlock.find(in: LineIndex(Array("# /// script\n# a = 1\n#///\n".utf8)))
        #expect(
            problems.first?.message == "the '# /// script' block is not closed: a line '# ///' is missing; "
                + "line 3 would close it without its extra or missing spaces")
    }
}
