import AirlockCore
import Sandbox
import Templating

extension RunRequest {
    /// The profile of the run.
    ///
    /// A template may ask for `data` itself. `box`, which lets the script run the host's programs, takes two words, as
    /// writing does: the template's and the caller's; an ad-hoc script is the caller's own.
    ///
    /// - Throws: `invalid_argument` for a `box` that only one of them asks for, or in portable isolation.
    func resolvedProfile() throws(AirlockError) -> SandboxProfile {
        let asked = template.manifest.profile
        let resolved = profile ?? asked
        if resolved == .box, profile != .box {
            throw AirlockError(
                .invalidArgument, "'\(template.name)' asks for the profile 'box', which takes the caller's word too",
                at: .argument("--profile"),
                hint: "It may then run the programs of /usr/bin inside the sandbox: allow it with --profile box.")
        }
        if resolved == .box, asked != .box, !template.isAdHoc {
            throw AirlockError(
                .invalidArgument, "the template '\(template.name)' does not ask for the profile 'box'",
                at: .argument("--profile"),
                hint: "Leave out --profile box, or put profile = \"box\" into the template's [tool.airlock].")
        }
        try Sandbox.check(resolved, at: isolation)
        return resolved
    }
}

extension Template {
    /// Whether the interpreter has what the template needs.
    ///
    /// - Throws: `invalid_template` with every package that is missing or of another version.
    func checkDependencies(against runtime: PythonRuntime, profile: SandboxProfile) throws(AirlockError) {
        guard !manifest.dependencies.isEmpty else { return }
        if profile == .strict {
            throw AirlockError(
                .invalidArgument, "the template '\(name)' needs packages, and the profile 'strict' shows none",
                at: .argument("--profile"), hint: "Leave out --profile strict, or use --profile data.")
        }
        let problems = manifest.dependencies.enumerated().compactMap { index, wanted -> Problem? in
            let pointer = "/dependencies/\(index)"
            guard let version = runtime.packages[wanted.name] else {
                return Problem(
                    "dependency", "the package '\(wanted.name)' is not installed for \(runtime.command)",
                    pointer: pointer)
            }
            guard !wanted.isSatisfied(byVersion: version) else { return nil }
            return Problem(
                "dependency", "'\(wanted.text)' is asked for, and \(runtime.command) has version \(version)",
                pointer: pointer)
        }
        guard !problems.isEmpty else { return }
        let names = manifest.dependencies.map { "'\($0.text)'" }.joined(separator: " ")
        throw AirlockError(
            .invalidTemplate, "the template '\(name)' needs packages that the interpreter lacks",
            hint: "Install them (\(runtime.command) -m pip install \(names)), or set AIRLOCK_PYTHON to an interpreter "
                + "that has them, such as that of a virtual environment.", problems: problems)
    }
}
