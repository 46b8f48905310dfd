public import AirlockCore
import AirlockLauncher
import Glibc

/// What this host offers the sandbox, layer by layer, with the remedy for what is missing.
public struct HostReport: Sendable {
    /// One row per layer.
    public var layers: [IsolationReport.Layer]
    /// Settings that a sandbox does not rest on and that a careful host has all the same; `active` when as advised.
    public var hardening: [IsolationReport.Layer]
    /// The interpreter that would be used; `nil` when there is none, and then `pythonError` says why.
    public var python: PythonRuntime?
    public var pythonError: AirlockError?
    /// The median of five starts of the bare interpreter with `-S`.
    public var pythonStart: Duration?

    /// The strongest level of isolation this host allows; `nil` when not even portable isolation is to be had.
    public var level: IsolationReport.Level? {
        func has(_ name: String) -> Bool { layers.contains { $0.name == name && $0.active } }
        guard has("landlock"), has("seccomp") else { return nil }
        return has("namespaces") ? .full : .portable
    }

    /// Looks at the host; takes about 0.1 s, most of it the interpreter's starts.
    ///
    /// - Parameter guest: the guest's files, as the runner installs them.
    public static func make(environment: [String: String], guest: [String: [UInt8]]) -> HostReport {
        var report = HostReport(layers: [namespaces, landlock, seccomp, privileges], hardening: sysctls)
        report.layers.append(CgroupScope.make(limits: SandboxLimits(), environment: environment).layer)
        do throws(AirlockError) {
            let python = try RuntimeStore(environment: environment).python(guest: guest, environment: environment)
            report.python = python
            report.pythonStart = startTime(of: python.executable)
        } catch {
            report.pythonError = error
        }
        return report
    }

    private init(layers: [IsolationReport.Layer], hardening: [IsolationReport.Layer]) {
        self.layers = layers
        self.hardening = hardening
    }

    private static var namespaces: IsolationReport.Layer {
        let error = airlock_probe_namespaces(airlock_all_namespaces())
        guard error != 0 else {
            return .init(name: "namespaces", active: true, detail: "user, mount, pid, net, ipc, uts, cgroup")
        }
        return .init(
            name: "namespaces", active: false, detail: String(cString: strerror(error)), remedy: namespaceRemedy(error))
    }

    /// The usual reasons, in the order of how often they are met.
    private static func namespaceRemedy(_ error: Int32) -> String {
        if number(in: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1 {
            return "AppArmor restricts user namespaces: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0, "
                + "or install an AppArmor profile for airlock with the 'userns' permission."
        }
        if number(in: "/proc/sys/kernel/unprivileged_userns_clone") == 0 {
            return "User namespaces are switched off: sudo sysctl kernel.unprivileged_userns_clone=1."
        }
        if number(in: "/proc/sys/user/max_user_namespaces") == 0 {
            return "User namespaces are limited to none: sudo sysctl user.max_user_namespaces=15000."
        }
        if access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0 {
            return "The container's seccomp profile forbids them: run it with --security-opt seccomp=unconfined, "
                + "or use --isolation portable."
        }
        return "Use --isolation portable, or allow unprivileged user namespaces on this host."
    }

    private static var landlock: IsolationReport.Layer {
        let abi = airlock_landlock_abi()
        guard abi > 0 else {
            return .init(
                name: "landlock", active: false, detail: "the kernel has none, or it is switched off",
                remedy: "Use Linux 5.13 or newer and add 'landlock' to the lsm= boot parameter.")
        }
        let missing = [
            (4, "TCP rules (ABI 4, Linux 6.7)"), (6, "signal and abstract socket scopes (ABI 6, Linux 6.12)"),
        ]
        .filter { abi < $0.0 }.map(\.1)
        return .init(
            name: "landlock", active: true,
            detail: "ABI \(abi)" + (missing.isEmpty ? "" : "; without \(missing.joined(separator: " and "))"),
            remedy: missing.isEmpty ? nil : "A newer kernel adds them; seccomp refuses the same calls meanwhile.")
    }

    private static var seccomp: IsolationReport.Layer {
        let error = airlock_probe_listener()
        guard error != 0 else {
            return .init(name: "seccomp", active: true, detail: "filters with user notification")
        }
        return .init(
            name: "seccomp", active: false, detail: String(cString: strerror(error)),
            remedy: error == EBUSY
                ? "Another seccomp supervisor watches this process already: run Airlock outside of it."
                : "Use Linux 5.9 or newer with CONFIG_SECCOMP_FILTER.")
    }

    private static var privileges: IsolationReport.Layer {
        .init(
            name: "privileges", active: true, detail: "scripts run as host uid \(LaunchSpecification.hostIdentity.uid)")
    }

    private static var sysctls: [IsolationReport.Layer] {
        let wanted: [(path: String, name: String, good: (Int) -> Bool, advice: String)] = [
            ("/proc/sys/kernel/io_uring_disabled", "kernel.io_uring_disabled", { $0 > 0 }, "2"),
            ("/proc/sys/dev/tty/legacy_tiocsti", "dev.tty.legacy_tiocsti", { $0 == 0 }, "0"),
            ("/proc/sys/kernel/unprivileged_bpf_disabled", "kernel.unprivileged_bpf_disabled", { $0 > 0 }, "2"),
        ]
        return wanted.compactMap { setting in
            number(in: setting.path).map { value in
                let isGood = setting.good(value)
                return .init(
                    name: setting.name, active: isGood, detail: "\(value)",
                    remedy: isGood ? nil : "sudo sysctl \(setting.name)=\(setting.advice)")
            }
        }
    }

    private static func number(in path: String) -> Int? {
        readFile(path, maxBytes: 64).flatMap { Int(String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace }) }
    }

    private static func startTime(of executable: String) -> Duration? {
        var times: [Duration] = []
        for _ in 0..<5 {
            let start = ContinuousClock.now
            guard (try? HostCommand.output(of: [executable, "-I", "-S", "-c", "pass"])) != nil else { return nil }
            times.append(.now - start)
        }
        return times.sorted()[2]
    }
}
