import AirlockCore
import AirlockLauncher
import Glibc
import Sandbox

extension HostFacts {
    /// Looks at this host; takes some 0.1 s, most of it the interpreter's starts.
    ///
    /// - Parameters:
    ///   - guest: the guest's files, as the runner installs them.
    package static func read(environment: [String: String], guest: [String: [UInt8]]) -> HostFacts {
        var facts = HostFacts()
        var name = utsname()
        if uname(&name) == 0 {
            facts.kernel = withUnsafeBytes(of: &name.release) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
        }
        facts.user = geteuid()
        facts.scriptUser = HostTrial.scriptUser
        facts.program = ownProgram ?? facts.program
        facts.container = ContainerKind.detect(
            exists: { access($0, F_OK) == 0 }, environment: environment,
            cgroup: HostTrial.text("/proc/1/cgroup") ?? "")
        facts.namespaces = .read()
        facts.landlock = .read()
        facts.seccomp.error = airlock_probe_listener()
        facts.seccomp.isFiltered = HostFacts.isBelowFilter
        for setting in KernelSetting.all {
            let path = "/proc/sys/" + String(setting.name.map { $0 == "." ? "/" : $0 })
            let text = HostTrial.text(path)?.filter { !$0.isWhitespace }
            if let value = text.flatMap({ Int($0) }) { facts.sysctls[setting.name] = value }
        }
        facts.cgroup = .read(environment: environment)
        do throws(AirlockError) {
            let store = try RuntimeStore(environment: environment)
            facts.cache = CacheFacts(at: store.directory, user: facts.user, scriptUser: facts.scriptUser)
            facts.python = .read(store, environment: environment, guest: guest)
        } catch {
            facts.cache.error = error.message
            facts.python.error = error
            (facts.python.candidate, facts.python.executable) = (nil, nil)
        }
        return facts
    }

    /// Whether this process was started under a seccomp filter of somebody else (proc_pid_status(5), Seccomp: 2).
    static var isBelowFilter: Bool {
        (HostTrial.text("/proc/self/status") ?? "").split(separator: "\n").contains("Seccomp:\t2")
    }

    /// The file this process runs.
    static var ownProgram: String? { link("/proc/self/exe") }

    private static func link(_ path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink(path, $0, text.count) } ?? -1
            }
        }
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}

extension NamespaceFacts {
    fileprivate static func read() -> NamespaceFacts {
        var facts = NamespaceFacts()
        facts.error = airlock_probe_namespaces(airlock_all_namespaces())
        if facts.error == 0 { facts.mountError = airlock_probe_mounts() }
        // The first user namespace maps every id to itself: `0 0 4294967295`.
        let map = (HostTrial.text("/proc/self/uid_map") ?? "").split { $0 == " " || $0 == "\n" }
        facts.isNested = !map.isEmpty && map != ["0", "0", "4294967295"]
        let mounts = (HostTrial.text("/proc/self/mountinfo") ?? "").split(separator: "\n")
        facts.isChrooted = !mounts.isEmpty && !mounts.contains { $0.split(separator: " ").dropFirst(4).first == "/" }
        let profile = HostTrial.text("/proc/self/attr/apparmor/current")?.split(separator: "\n").first
        facts.appArmorProfile = profile.map(String.init)
        return facts
    }
}

extension LandlockFacts {
    fileprivate static func read() -> LandlockFacts {
        var facts = LandlockFacts()
        facts.abi = Int(airlock_landlock_abi())
        facts.error = airlock_landlock_error()
        facts.modules = HostTrial.text("/sys/kernel/security/lsm")?.filter { !$0.isWhitespace }
        return facts
    }
}

extension CgroupFacts {
    fileprivate static func read(environment: [String: String]) -> CgroupFacts {
        var facts = CgroupFacts()
        let trial = HostTrial.cgroup(environment: environment)
        (facts.isUsable, facts.detail) = (trial.active, trial.detail)
        facts.named = environment["AIRLOCK_CGROUP"].flatMap { $0.isEmpty ? nil : $0 }
        facts.take(mountinfo: HostTrial.text("/proc/self/mountinfo") ?? "")
        if let mount = facts.mount {
            facts.rootControllers = controllers(in: mount)
            let lines = (HostTrial.text("/proc/self/cgroup") ?? "").split(separator: "\n")
            if let own = lines.first(where: { $0.hasPrefix("0::/") })?.dropFirst(3) {
                let directory = own == "/" ? mount : mount + own
                facts.directory = directory
                facts.controllers = controllers(in: directory)
            }
        }
        facts.hasSystemd = access("/run/systemd/system", F_OK) == 0
        facts.hasUserManager = access("/run/user/\(geteuid())/systemd", F_OK) == 0
        return facts
    }

    private static func controllers(in directory: String) -> Set<String> {
        let text = HostTrial.text(directory + "/cgroup.controllers") ?? ""
        return Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))
    }
}

extension PythonFacts {
    fileprivate static func read(
        _ store: RuntimeStore, environment: [String: String], guest: [String: [UInt8]]
    ) -> PythonFacts {
        var facts = PythonFacts()
        (facts.candidate, facts.executable) = (nil, nil)
        facts.isNamed = environment["AIRLOCK_PYTHON"].map { !$0.isEmpty } ?? false
        do throws(AirlockError) {
            facts.candidate = try PythonRuntime.candidate(environment: environment)
            let runtime = try store.python(guest: guest, environment: environment)
            (facts.executable, facts.version) = (runtime.executable, runtime.version)
            facts.start = HostTrial.bareStart(of: runtime.executable)
            let system = "/usr/bin/python3"
            if facts.candidate != system, access(system, X_OK) == 0 {
                facts.systemStart = HostTrial.bareStart(of: system)
            }
        } catch {
            facts.error = error
        }
        return facts
    }
}
