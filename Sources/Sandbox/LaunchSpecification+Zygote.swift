import AirlockLauncher
import Glibc

extension LaunchSpecification {
    /// The process that a script of this specification could be forked from.
    ///
    /// It sees what the script would see, and runs under the same identity in namespaces of its own. What it cannot have
    /// is what its slots need to be without: a filter, Landlock's rules for paths, limits below theirs.
    ///
    /// - Parameters:
    ///   - extension: the path of the shared object, in the sandbox.
    ///   - packages: names of distributions to import ahead.
    func zygote(extension path: String, packages: [String]) -> LaunchSpecification {
        var zygote = self
        zygote.role = .zygote
        let program = PythonRuntime.guestPath + "/bootstrap.pyc"
        if let place = arguments.firstIndex(of: program) {
            zygote.arguments = arguments[..<place] + [PythonRuntime.guestPath + "/zygote.pyc", path]
            zygote.arguments += [packages.joined(separator: ",")] + arguments[(place + 1)...]
        }
        // Packages that write to their home when they are imported do it here; no slot sees it.
        zygote.scratchOptions = "mode=700,size=16777216,nr_inodes=1000"
        // A slot can lower its limits only.
        let kept = [Int32(bitPattern: RLIMIT_CORE.rawValue), 8, 10, 11, 12, 13, 14]
        zygote.resourceLimits = resourceLimits.filter { kept.contains($0.resource) }
        zygote.resourceLimits.append(
            ResourceLimit(resource: Int32(bitPattern: RLIMIT_STACK.rawValue), soft: 8 << 20, hard: 8 << 20))
        zygote.resourceLimits.append(ResourceLimit(resource: 6, soft: 1 << 16, hard: 1 << 16))  // RLIMIT_NPROC
        zygote.cpuLimit = .max
        zygote.tasks = .one
        zygote.pathRules = []
        zygote.filter = []
        return zygote
    }

    /// The same as a fork of its zygote, which has the program and the view already.
    var slot: LaunchSpecification {
        var slot = self
        slot.role = .slot
        slot.namespaces = airlock_slot_namespaces()
        slot.view = nil
        slot.mountPoint = nil
        slot.binds = []
        slot.arguments = [arguments[0]]
        slot.environment = []
        return slot
    }
}
