import Testing

@testable import Runner

@Suite struct CompiledScriptsTests {
    private typealias Script = CompiledScriptTable.Script

    private func script(_ text: String, _ name: String = "a.py") -> Script { Script(name: name, text: text) }

    @Test func aScriptIsNotedAskedForAndThenKnown() {
        var table = CompiledScriptTable()
        #expect(table.look(up: script("one")) == nil)
        #expect(table.look(up: script("one")) == nil && table.count == 0)
        table.note(script("one"))
        #expect(table.look(up: script("one")) == .seen)
        #expect(table.look(up: script("one")) == .seen)
        table.keep([1, 2, 3], of: script("one"))
        #expect(table.look(up: script("one")) == .code([1, 2, 3]))
        #expect(table.bytes == 4 + 3 + 3 && table.count == 1)
        table.keep(nil, of: script("two"))
        #expect(table.look(up: script("two")) == .hasNone)
        for text in ["one", "two"] { table.note(script(text)) }
        #expect(table.look(up: script("one")) == .code([1, 2, 3]))
        #expect(table.look(up: script("two")) == .hasNone)
    }

    @Test(arguments: [
        ("one", "b.py"), ("ono", "a.py"), ("one ", "a.py"), ("onea", ".py"), ("", "a.py"), ("one\0", "a.py"),
        ("one\r", "a.py"),
    ])
    func otherTextsAndNamesAreOtherScripts(text: String, name: String) {
        var table = CompiledScriptTable()
        table.keep([1], of: script("one"))
        #expect(table.look(up: script(text, name)) == nil)
        #expect(table.look(up: script("one")) == .code([1]))
    }

    /// Equal for Swift, and other bytes.
    @Test func canonicallyEquivalentTextsAreOtherScripts() {
        let (composed, decomposed) = ("x = 'caf\u{E9}'", "x = 'cafe\u{301}'")
        #expect(composed == decomposed)
        var table = CompiledScriptTable()
        table.keep([1], of: script(composed))
        #expect(table.look(up: script(decomposed)) == nil)
        #expect(table.look(up: script("pass", composed)) == nil)
        #expect(table.look(up: script("pass", decomposed)) == nil)
    }

    @Test func theLeastRecentlyUsedGoesFirst() {
        var table = CompiledScriptTable(maxScripts: 3)
        for text in ["a", "b", "c"] { table.keep([1], of: script(text)) }
        #expect(table.look(up: script("a")) == .code([1]))
        #expect(table.look(up: script("d")) == nil)
        table.note(script("d"))
        #expect(table.count == 3)
        #expect(table.look(up: script("a")) == .code([1]))
        #expect(table.look(up: script("c")) == .code([1]))
        #expect(table.look(up: script("b")) == nil)
        #expect(table.look(up: script("d")) == .seen)
    }

    @Test func thereAreNeverMoreBytesThanAllowed() {
        var table = CompiledScriptTable(maxScripts: 100, maxBytes: 1000, maxScriptBytes: 300)
        for number in 0..<500 {
            let text = String(repeating: "x", count: number * 37 % 320) + "\(number % 50)"
            let known = table.look(up: script(text))
            table.note(script(text))
            #expect(known == nil || text.utf8.count + 4 <= 300)
            table.keep([UInt8](repeating: 0, count: number * 53 % 900), of: script(text))
            #expect(table.bytes <= 1000 && table.bytes >= 0 && table.count <= 100)
        }
        #expect(table.count > 0)
    }

    @Test func whatIsTooLongIsNotKept() {
        var table = CompiledScriptTable()
        let long = String(repeating: "x", count: 256 << 10)
        table.note(script(long))
        #expect(table.look(up: script(long)) == nil)
        table.keep([1], of: script(long))
        #expect(table.count == 0 && table.bytes == 0)
        var small = CompiledScriptTable(maxScripts: 4, maxBytes: 20)
        small.keep([UInt8](repeating: 0, count: 20), of: script("one"))
        #expect(small.look(up: script("one")) == .hasNone)
        #expect(small.bytes == 7)
    }

    @Test func newCodeReplacesTheOld() {
        var table = CompiledScriptTable()
        table.keep([1, 2, 3], of: script("one"))
        table.keep([4], of: script("one"))
        #expect(table.look(up: script("one")) == .code([4]))
        #expect(table.bytes == 8 && table.count == 1)
    }
}
