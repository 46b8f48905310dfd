import AirlockCore
import ArgumentParser
import Reporting
import Testing

@testable import airlock

/// What is read without the argument parser is what the argument parser reads.
@Suite struct PlainCommandLineTests {
    @Test(arguments: [
        ["exec", "a.py"], ["exec", "-"], ["run", "t"], ["run", "t", "-q"], ["exec", "a.py", "--quiet", "--timings"],
        ["run", "t", "--variable-flag=days=-5", "--set", "a=1", "--set=b=", "--vars", "v.json", "--allow-writes"],
        ["run", "--format", "json", "t", "-o", "out", "--limit", "wall=3s", "--limit=calls=2", "--templates", "d"],
        [
            "run", "t", "--driver", "posthog", "--data=w", "--isolation", "portable", "--profile", "data",
            "--artifacts=d",
        ],
        ["exec", "a.py", "--config", "c", "--setting", "x=y", "--metrics=m", "--audit", "a", "--format=csv"],
    ])
    func readsAsTheParserDoes(line: [String]) throws {
        let plain = try #require(PlainCommandLine.command(line))
        #expect(try fields(of: plain) == fields(of: AirlockCommand.parseAsRoot(line)))
    }

    @Test(arguments: [
        [], ["run"], ["exec"], ["batch", "x"], ["run", "t", "u"], ["run", "t", "--help"], ["run", "t", "-h"],
        ["run", "t", "--format", "xml"], ["run", "t", "--format"], ["run", "t", "--format="],
        ["run", "t", "--format", "json", "--format", "csv"], ["run", "t", "--set", "--b=2"],
        ["run", "t", "-o", "-odd"],
        ["run", "t", "--seed", "1"], ["run", "t", "--matrix", "a=1,2"], ["run", "t", "--", "--quiet"], ["run", ""],
        ["run", "t", "--quiet=true"], ["run", "t", "-qo", "x"], ["run", "t", "--driver", "x"],
        ["exec", "a", "--jobs=2"],
        ["run", "t", "--generate-completion-script=bash"], ["exec", "a", "--templates", "d"], ["run", "t", "-q", "-q"],
    ])
    func leavesTheRestToTheParser(line: [String]) {
        #expect(PlainCommandLine.command(line) == nil)
    }

    /// Lines thrown together of what either knows, whole or not.
    @Test func agreesOnAnyLine() throws {
        let words = [
            "t", "a.py", "-", "", "-q", "--quiet", "--timings", "--allow-writes", "--set", "--set=a=b", "a=b",
            "--format",
            "json", "--format=csv", "-o", "-ox", "--output=-", "--limit", "--limit=wall=1s", "--templates", "--vars=f",
            "--variable-flag=d=1", "--driver", "local", "--isolation=full", "--seed=1", "--", "--help", "--data",
            "--audit=",
            "--profile", "strict",
        ]
        var (state, read) = (UInt64(20_251_121), 0)
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<3000 {
            let line = [["run", "exec"][next(2)]] + (0..<next(6)).map { _ in words[next(words.count)] }
            guard let plain = PlainCommandLine.command(line) else { continue }
            read += 1
            #expect(try fields(of: plain) == fields(of: AirlockCommand.parseAsRoot(line)), "\(line)")
        }
        #expect(read > 200)
    }

    private func fields(of command: any ParsableCommand) throws -> [String] {
        if let run = command as? RunCommand {
            return shared(run.template, run.variables, run.data, run.run, run.host, run.output, run.timing) + [
                "\(run.matrix.texts)", "\(String(describing: run.matrix.jobs.count))", "\(run.templates.directories)",
            ]
        }
        let exec = try #require(command as? ExecCommand)
        return shared(exec.file, exec.variables, exec.data, exec.run, exec.host, exec.output, exec.timing)
    }

    private func shared(
        _ target: String, _ variables: VariableOptions, _ data: DataOptions, _ run: RunOptions, _ host: HostOptions,
        _ output: OutputOptions, _ timing: TimingOptions
    ) -> [String] {
        let optional: [String?] = [
            variables.file, data.driver.map { "\($0)" }, data.data, run.profileName, run.seed.map(String.init),
            run.artifacts,
            host.file, host.metrics, host.audit, output.output,
        ]
        let switches = [run.allowWrites, output.quiet, timing.timings]
        let lists = [variables.settings, variables.flags, run.limitTexts, host.settings]
        return [target, run.isolation.rawValue, output.format.rawValue, "\(switches)", "\(lists)"]
            + optional.map { $0 ?? "none" }
    }
}
