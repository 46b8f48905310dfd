import Testing

/// Every input that is kept in `Corpus` and `Regressions` through the target of its folder. What `make fuzz` looks for
/// with instrumented code is looked for here with all of the debug build's own checks.
@Suite struct ReplayTests {
    static var targets: [any FuzzTarget.Type] {
        [
            DocumentFuzz.self, FramesFuzz.self, ImportFuzz.self, JSONFuzz.self, LaunchFuzz.self, PatternFuzz.self,
            ProfileFuzz.self, QueryFuzz.self, SchemaFuzz.self, TemplateFuzz.self, VariablesFuzz.self,
        ]
    }

    static var names: [String] { targets.map { $0.name } }

    @Test(arguments: names)
    func kept(name: String) throws {
        let target = try #require(Self.targets.first { $0.name == name })
        let inputs = try KeptInputs.all(for: name)
        #expect(inputs.count >= 20, "the corpus is missing")
        for (path, bytes) in inputs {
            do throws(Complaint) {
                try target.check(bytes)
            } catch {
                Issue.record("\(path): \(error)")
            }
        }
    }

    /// What has no bytes, or nothing but zeros, is easily forgotten.
    @Test(arguments: names)
    func nothing(name: String) throws {
        let target = try #require(Self.targets.first { $0.name == name })
        for count in [0, 1, 2, 1000] {
            try target.check([UInt8](repeating: 0, count: count))
            try target.check([UInt8](repeating: 0xFF, count: count))
        }
    }
}
