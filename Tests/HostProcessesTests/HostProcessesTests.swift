import Glibc
import HostProcesses
import Testing

@Suite(.timeLimit(.minutes(1))) struct HostProcessesTests {
    /// Runs a program and gives what it printed, with its exit code.
    private func run(
        _ arguments: [String], environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        _ change: (inout HostProcesses.Setting) -> Void = { _ in }
    ) throws -> (output: String, code: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var setting = HostProcesses.Setting()
        setting.output = .descriptor(ends[1])
        change(&setting)
        defer { close(ends[0]) }
        let child: Int32
        do {
            defer { close(ends[1]) }
            child = try HostProcesses.start(arguments, environment: environment, setting)
        }
        var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
        while case let count = read(ends[0], &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return (String(decoding: bytes, as: UTF8.self), HostProcesses.exitCode(status))
    }

    @Test func givesWordsAndEnvironmentAsTheyAre() throws {
        let script = #"printf '%s|' "$0" "$@"; env | sort | grep -v '^_=\|^PWD=\|^SHLVL='"#
        let found = try run(
            ["sh", "-c", script, "a b", "$HOME", "`x`"], environment: ["PATH": "/usr/bin:/bin", "ONE": "1 2"])
        #expect(found == ("a b|$HOME|`x`|ONE=1 2\nPATH=/usr/bin:/bin\n", 0))
    }

    @Test func tellsHowItEnded() throws {
        #expect(try run(["sh", "-c", "exit 7"]).code == 7)
        #expect(try run(["sh", "-c", "kill -9 $$"]).code == 137)
    }

    @Test func readsNothingAndRunsWhereItIsTold() throws {
        #expect(try run(["sh", "-c", "wc -c; pwd"]) { $0.directory = "/usr" }.output == "0\n/usr\n")
        #expect(try run(["sh", "-c", "cat <&9 | head -c 4"]) { $0.inheritedFile = "/proc/self/comm" }.code == 0)
    }

    /// A session of its own, no signal ignored or blocked, whatever holds for this process.
    @Test func leavesOurSignalsAndOurTerminal() throws {
        let former = signal(SIGUSR1, SIG_IGN)
        defer { signal(SIGUSR1, former) }
        let found = try run([
            "sh", "-c", #"cut -d' ' -f6 /proc/$$/stat; echo $$; grep -E 'Sig(Blk|Ign)' /proc/self/status"#,
        ])
        let lines = found.output.split(separator: "\n").map(String.init)
        try #require(lines.count == 4, "\(found)")
        #expect(lines[0] == lines[1])
        // But for the two signals that are the C library's own.
        let masks = lines[2...].map {
            UInt64($0.split(separator: "\t").last ?? "", radix: 16).map { $0 & ~(0b11 << 31) }
        }
        #expect(masks == [0, 0], "\(lines)")
    }

    @Test func saysWhatIsNotThere() throws {
        let failure = #expect(throws: HostProcesses.Failure.self) {
            try HostProcesses.start(["/no/such/program"], environment: [:], HostProcesses.Setting())
        }
        #expect(failure?.code == ENOENT && failure?.text == "No such file or directory")
    }
}
