import HostileProbes
import Testing

/// `doctor --probe` runs on machines that matter: what it runs may do no damage where the sandbox does not hold.
@Suite struct ProbeSafetyTests {
    private static let probes = HostileItem.all.flatMap { item in item.probes.map { (item, $0) } }
    private static let facts = PlantedFacts(
        token: "airlock-probe-1", folder: "/var/tmp/airlock-probe-1", file: "/var/tmp/airlock-probe-1/canary",
        socket: "/var/tmp/airlock-probe-1/socket", port: 1, victim: 4_194_000, cache: "/var/cache/airlock/probe-1")

    /// What reaches beyond the script's own process, memory and files has a rehearsal.
    @Test(arguments: [
        "signal.SIGKILL", "signal.SIGSTOP", "'umount2'", "'mount'", "'pivot_root'", "'move_mount'", "clock_settime(",
        "'shmget'", "'msgget'", "'semget'", "'add_key', b'user', TOKEN", "0x8000", "jump(gadget", "held += held",
        "b'\\xff' * 16", "while True:\n        file.write", "while True: os.write", "range(1000000)",
    ])
    func whatWouldDoHarmHasARehearsal(word: String) {
        let found = Self.probes.filter { $0.1.script.contains(word) }
        #expect(!found.isEmpty, "nobody says this any more; the list is to follow the suite")
        for (item, probe) in found where !Self.harmless.contains(item.number) {
            #expect(probe.rehearsal != nil, "\(item)")
        }
    }

    /// 21 names the signals to ignore them; 47 makes and removes a segment of a page; 86 runs two bytes of its own text
    /// that crash it.
    private static let harmless: Set<Int> = [21, 47, 86]

    @Test func aRehearsalIsHarmlessItself() {
        let rehearsals = Set(Self.probes.compactMap(\.1.rehearsal))
        #expect(rehearsals.count > 10)
        for rehearsal in rehearsals {
            for word in ["while True", "-1,", "getppid", "SIGKILL", "SIGSTOP", "b'/'", "IPC_CREAT", "0o1", "os.unlink"]
            {
                let isBlank = word == "-1," && rehearsal.script.contains("'shmat', -1,")
                #expect(isBlank || !rehearsal.script.contains(word), "\(word) in \(rehearsal.script)")
            }
        }
    }

    /// Cut short, replaced, removed or given another mode is only what was planted, and the guest, of which the bench has
    /// a copy of its own.
    @Test func onlyWhatWasPlantedIsDestroyed() {
        for (item, probe) in Self.probes
        where probe.script.contains("os.O_TRUNC") || probe.script.contains("os.truncate") {
            #expect(probe.script.contains("SPARING"), "\(item)")
        }
    }

    @Test func aScriptIsToldWhereItIs() {
        let inside = Prelude.script("pass", inside: true, level: "full", isSparing: true, facts: Self.facts)
        #expect(inside.contains("INSIDE, LEVEL, SPARING = True, 'full', True"))
        #expect(inside.contains("'/var/tmp/airlock-probe-1/canary'") && inside.hasSuffix("print('END', flush=True)"))
        let outside = Prelude.script("kernel('getpid')", inside: false, level: "none", facts: Self.facts)
        #expect(outside.contains("INSIDE, LEVEL, SPARING = False, 'none', False"))
        // No core file and no program for one, whatever crashes outside.
        #expect(outside.contains("RLIMIT_CORE, (1, 1)") && !inside.contains("RLIMIT_CORE"))
    }
}
