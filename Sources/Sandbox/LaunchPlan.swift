import AirlockCore
import AirlockLauncher
import Glibc

/// The C plan of one launch and the memory it points into.
final class LaunchPlan {
    private(set) var plan = airlock_empty_plan()
    private var memory: [UnsafeMutableRawPointer] = []

    /// The descriptors the child is given.
    struct Descriptors {
        var nullInput, output, errors, replies, requests: Int32
    }

    init(_ specification: LaunchSpecification, descriptors: Descriptors, cgroup: Int32, fault: LaunchFault) {
        plan.cgroup = cgroup
        plan.null_input = descriptors.nullInput
        plan.output = descriptors.output
        plan.errors = descriptors.errors
        plan.replies = descriptors.replies
        plan.requests = descriptors.requests
        plan.fail_at = fault.step
        plan.fail_place = fault.place
        plan.host_uid = specification.hostUser
        plan.host_gid = specification.hostGroup
        plan.change_identity = specification.changesIdentity
        plan.cpu_limit_ns = specification.cpuLimit
        plan.max_refused_processes = specification.maxRefusedProcesses
        addFiles(of: specification)
        addProgram(of: specification)
        let rlimits = specification.resourceLimits.map {
            airlock_rlimit(resource: $0.resource, soft: $0.soft, hard: $0.hard)
        }
        plan.rlimits = array(rlimits)
        plan.rlimit_count = rlimits.count
    }

    deinit {
        for pointer in memory { pointer.deallocate() }
    }

    private func addFiles(of specification: LaunchSpecification) {
        plan.namespaces = specification.namespaces
        plan.scratch = string(specification.scratch)
        plan.scratch_options = specification.scratchOptions.map(string)
        plan.view = specification.view.map(string)
        plan.mount_point = specification.mountPoint.map(string)
        let binds = specification.binds.map {
            airlock_bind(source: string($0.source), target: string($0.target), is_device: $0.isDevice)
        }
        plan.binds = array(binds)
        plan.bind_count = binds.count
        let rules = specification.pathRules.map { airlock_path_rule(path: string($0.path), writable: $0.isWritable) }
        plan.path_rules = array(rules)
        plan.path_rule_count = rules.count
        plan.landlock_abi = specification.landlockABI
    }

    private func addProgram(of specification: LaunchSpecification) {
        plan.executable = string(specification.arguments[0])
        plan.arguments = array(specification.arguments.map { Optional(string($0)) } + [nil])
        plan.environment = array(specification.environment.map { Optional(string($0)) } + [nil])
        let size = MemoryLayout<sock_filter>.stride
        let filter = specification.filter.withUnsafeBytes { bytes in
            (0..<bytes.count / size).map { bytes.loadUnaligned(fromByteOffset: $0 * size, as: sock_filter.self) }
        }
        plan.filter = array(filter)
        plan.filter_length = UInt16(clamping: filter.count)
        withUnsafeMutableBytes(of: &plan.verdicts) { target in
            specification.verdicts.withUnsafeBytes { source in
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(target.count)))
            }
        }
    }

    private func string(_ text: String) -> UnsafePointer<CChar> {
        text.withCString { source in
            let length = strlen(source) + 1
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: length)
            copy.update(from: source, count: length)
            memory.append(UnsafeMutableRawPointer(copy))
            return UnsafePointer(copy)
        }
    }

    private func array<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafePointer<Element> {
        let copy = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
        copy.initialize(from: elements, count: elements.count)
        memory.append(UnsafeMutableRawPointer(copy))
        return UnsafePointer(copy)
    }
}
