import AirlockCore
import AirlockLauncher
import EmbeddedFiles
import Foundation
import Testing

@testable import Sandbox

/// The bytes between the host's Swift and the launcher's C.
@Suite struct LaunchSpecificationTests {
    private func specification() throws -> LaunchSpecification {
        let environment = ["AIRLOCK_CACHE": "/tmp/airlock-tests-cache-\(geteuid())-head-start"]
        let runtime = try RuntimeStore(environment: environment)
            .python(guest: EmbeddedFiles.files(in: .guest), environment: [:])
        let profiles = try EmbeddedFiles.files(in: .profiles).reduce(into: [:]) {
            $0[$1.key] = try SeccompProfile(json: $1.value, name: $1.key)
        }
        let (strict, startup) = (try #require(profiles["strict.json"]), try #require(profiles["startup.json"]))
        return LaunchSpecification(
            SandboxRequest(runtime: runtime, isolation: .full, limits: SandboxLimits()),
            filter: try SeccompFilter(profile: strict, startup: startup), scratchOnHost: nil, landlockABI: 1)
    }

    /// Calls `body` with the plan that the launcher reads from the bytes, while it stands.
    private func read<Result>(_ bytes: [UInt8], _ body: (airlock_plan) -> Result) -> Result? {
        let lists = UnsafeMutablePointer<airlock_plan_lists>.allocate(capacity: 1)
        defer { lists.deallocate() }
        var plan = airlock_empty_plan()
        return bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.flatMap { airlock_read_plan($0, buffer.count, lists, &plan) ? body(plan) : nil }
        }
    }

    @Test func theLauncherReadsWhatWasWritten() throws {
        let wanted = try specification()
        let verdict: Void? = read(wanted.bytes) { plan in
            #expect(plan.namespaces == wanted.namespaces)
            #expect(plan.host_uid == wanted.hostUser && plan.host_gid == wanted.hostGroup)
            #expect(plan.change_identity == wanted.changesIdentity)
            #expect(String(cString: plan.scratch) == wanted.scratch)
            #expect(plan.scratch_options.map { String(cString: $0) } == wanted.scratchOptions)
            #expect(plan.view.map { String(cString: $0) } == wanted.view)
            #expect(plan.mount_point.map { String(cString: $0) } == wanted.mountPoint)
            #expect(
                UnsafeBufferPointer(start: plan.binds, count: plan.bind_count).map {
                    LaunchSpecification.Bind(
                        source: String(cString: $0.source), target: String(cString: $0.target), isDevice: $0.is_device)
                } == wanted.binds)
            #expect(
                wanted.arguments.indices.map { plan.arguments[$0].map { String(cString: $0) } } == wanted.arguments)
            #expect(plan.arguments[wanted.arguments.count] == nil && plan.environment[wanted.environment.count] == nil)
            #expect(
                UnsafeBufferPointer(start: plan.rlimits, count: plan.rlimit_count).map {
                    LaunchSpecification.ResourceLimit(resource: $0.resource, soft: $0.soft, hard: $0.hard)
                } == wanted.resourceLimits)
            #expect(plan.cpu_limit_ns == wanted.cpuLimit && plan.max_refused_processes == wanted.maxRefusedProcesses)
            #expect(plan.tasks == wanted.tasks.rawValue && plan.max_tasks == wanted.maxTasks)
            #expect(plan.max_memory == wanted.maxMemory)
            #expect(plan.landlock_abi == wanted.landlockABI)
            #expect(
                UnsafeBufferPointer(start: plan.path_rules, count: plan.path_rule_count).map {
                    LaunchSpecification.PathRule(path: String(cString: $0.path), isWritable: $0.writable)
                } == wanted.pathRules)
            #expect(
                Array(UnsafeRawBufferPointer(start: plan.filter, count: Int(plan.filter_length) * 8)) == wanted.filter)
            #expect(withUnsafeBytes(of: plan.verdicts) { Array($0) } == wanted.verdicts)
            #expect(plan.cgroup == -1 && plan.fail_at == 0)
        }
        #expect(verdict != nil)
    }

    @Test func bytesThatWereCutOrChangedAreNotRead() throws {
        let bytes = try specification().bytes
        for length in stride(from: 0, to: bytes.count, by: 7) {
            #expect(read(Array(bytes[..<length])) { _ in } == nil)
        }
        #expect(read(bytes + [0, 0, 0, 0, 0, 0, 0, 0]) { _ in } == nil, "something follows")
        // Whatever other bytes read as, reading them stays within them; the sanitizers of the launcher's own test look.
        for position in stride(from: 0, to: bytes.count, by: 3) {
            var broken = bytes
            broken[position] = 0xFF
            _ = read(broken) { _ in }
        }
    }

    @Test func moreThanTheLauncherHasRoomForIsRefused() throws {
        var specification = try specification()
        specification.pathRules = Array(repeating: .init(path: "/tmp", isWritable: false), count: 513)
        #expect(read(specification.bytes) { _ in } == nil)
        #expect(throws: AirlockError.self) { _ = try LaunchedChild(specification: specification.bytes) }
        specification.pathRules = []
        specification.arguments = ["/bin/true\0/bin/sh"]
        #expect(read(specification.bytes) { _ in } == nil, "a text holds no NUL")
    }
}
