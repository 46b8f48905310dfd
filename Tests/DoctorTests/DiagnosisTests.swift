import AirlockCore
import Doctor
import Glibc
import Testing

/// A fault that this host need not have, and what the doctor makes of it.
struct Fault: Sendable, CustomTestStringConvertible {
    var name: String
    var finding: String
    var state: Finding.State
    /// What the detail and the remedy have to hold.
    var says: String
    var remedy: String
    var level: IsolationReport.Level?
    var make: @Sendable (inout HostFacts) -> Void

    init(
        _ name: String, _ finding: String, _ state: Finding.State = .missing, says: String, remedy: String,
        level: IsolationReport.Level?, make: @escaping @Sendable (inout HostFacts) -> Void
    ) {
        (self.name, self.finding, self.state, self.says) = (name, finding, state, says)
        (self.remedy, self.level, self.make) = (remedy, level, make)
    }

    var testDescription: String { name }
}

@Suite struct DiagnosisTests {
    @Test func aHostThatHasEverything() {
        var facts = HostFacts()
        facts.sysctls = ["kernel.io_uring_disabled": 2, "dev.tty.legacy_tiocsti": 0, "user.max_user_namespaces": 63000]
        facts.starts = [.full: .measured([.milliseconds(50), .milliseconds(40), .milliseconds(60)])]
        let diagnosis = Diagnosis(facts)
        #expect(diagnosis.level == .full)
        for finding in diagnosis.findings { #expect(finding.state == .good && finding.remedy == nil, "\(finding)") }
        #expect(diagnosis.findings.contains { $0.detail == "a script starts in 50 ms (median of 3, 40 ms to 60 ms)" })
        #expect(!diagnosis.findings.contains { $0.name == "user.max_user_namespaces" })
    }

    @Test(arguments: namespaceFaults + landlockFaults + seccompFaults + cgroupFaults + otherFaults)
    func aFaultHasItsRemedy(fault: Fault) throws {
        var facts = HostFacts()
        fault.make(&facts)
        let diagnosis = Diagnosis(facts)
        let finding = try #require(diagnosis.findings.first { $0.name == fault.finding })
        #expect(finding.state == fault.state)
        #expect(finding.detail.contains(fault.says), "\(finding.detail)")
        #expect((finding.remedy ?? "").contains(fault.remedy), "\(finding.remedy ?? "none")")
        #expect(diagnosis.level == fault.level)
        // Nothing else is found fault with.
        let others = diagnosis.findings.filter { $0.name != fault.finding && $0.state != .good }
        #expect(others.isEmpty, "\(others)")
    }

    @Test func withoutGuestAndProfilesNothingRuns() {
        let diagnosis = Diagnosis(failed: AirlockError(.fileFailed, "no such directory", hint: "Name another."))
        #expect(diagnosis.level == nil)
        #expect(diagnosis.findings.map(\.remedy) == ["Name another."])
    }

    @Test(
        arguments: [
            (Set(["/.dockerenv"]), [:], "", ContainerKind.docker),
            ([], [:], "1:name=systemd:/docker/0123", .docker),
            (["/run/.containerenv", "/.dockerenv"], [:], "0::/", .podman),
            (["/.dockerenv"], ["KUBERNETES_SERVICE_HOST": "10.0.0.1"], "0::/", .kubernetes),
            ([], [:], "0::/kubepods.slice/pod1", .kubernetes), ([], ["container": "lxc"], "0::/", .lxc),
            ([], ["container": "systemd-nspawn"], "0::/", .nspawn), ([], ["container": "oci"], "0::/", .other),
            ([], [:], "0::/init.scope", nil), ([], ["container": ""], "", nil),
        ] as [(Set<String>, [String: String], String, ContainerKind?)])
    func containers(files: Set<String>, environment: [String: String], cgroup: String, expected: ContainerKind?) {
        let found = ContainerKind.detect(exists: files.contains, environment: environment, cgroup: cgroup)
        #expect(found == expected)
    }

    @Test func mountsOfControlGroups() {
        var facts = CgroupFacts()
        facts.take(
            mountinfo: """
                31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
                32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
                39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
                41 31 0:38 / /sys/fs/cgroup/unified ro,relatime shared:4 master:2 - cgroup2 cgroup2 rw
                broken line - cgroup2
                """)
        #expect(facts.mount == "/sys/fs/cgroup/unified" && facts.isReadOnly)
        #expect(facts.versionOneControllers.isSuperset(of: ["cpu", "cpuacct", "pids"]))
        facts.take(mountinfo: "")
        #expect(facts.mount == nil)
    }

    @Test func theRemedyForEachSettingIsACommand() {
        var facts = HostFacts()
        facts.sysctls = ["kernel.io_uring_disabled": 0, "dev.tty.legacy_tiocsti": 1, "kernel.yama.ptrace_scope": 0]
        let diagnosis = Diagnosis(facts)
        let remedies = diagnosis.findings.filter { $0.state == .advice }.compactMap(\.remedy)
        #expect(
            remedies == [
                "sudo sysctl -w kernel.io_uring_disabled=2", "sudo sysctl -w dev.tty.legacy_tiocsti=0",
                "sudo sysctl -w kernel.yama.ptrace_scope=1",
            ])
        // Advice bars nothing.
        #expect(diagnosis.level == .full)
    }

    /// The real host can be read: what it has is its own affair.
    @Test func thisHostCanBeRead() {
        let facts = HostFacts.read(environment: ["AIRLOCK_CACHE": "/proc/nonexistent/airlock", "PATH": ""], guest: [:])
        #expect(facts.kernel.first?.isNumber == true)
        #expect(facts.program.hasPrefix("/"))
        // No guest can be installed there.
        #expect(facts.python.error != nil)
        #expect(Diagnosis(facts).level == nil)
    }
}
