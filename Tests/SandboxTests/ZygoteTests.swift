import AirlockCore
import Glibc
import Testing

@testable import Sandbox

/// The life of a zygote and its slots.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ZygoteTests {
    @Test func aScriptRunsInASlot() async throws {
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox)
        let slot = try await zygote.makeSlot(SandboxLimits())
        #expect(slot.isWaiting)
        let channel = WarmPath.ScriptChannel(
            """
            import airlock, os, sys
            print("hello", os.getpid())
            open("a-file", "w").write("x")
            airlock.result({"days": airlock.params.days, "argv": sys.argv, "cwd": os.getcwd(), "files": os.listdir(".")})
            """)
        let outcome = try await sandbox.run(try WarmPath.request(), in: slot, channel: channel)
        #expect(outcome.status == .succeeded, "\(outcome)")
        #expect(outcome.startPath == .warm)
        #expect(outcome.exitCode == 0)
        #expect(String(decoding: outcome.standardOutput.bytes, as: UTF8.self) == "hello 2\n")
        #expect(
            channel.result == ["days": 7, "argv": ["script.py"], "cwd": "/tmp", "files": ["a-file"]])
        #expect(!slot.isWaiting)
        await #expect(throws: AirlockError.self) {
            try await sandbox.run(try WarmPath.request(), in: slot, channel: WarmPath.ScriptChannel("pass"))
        }
    }

    @Test func severalSlotsAreMadeAtOnce() async throws {
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox)
        let slots = try await withThrowingTaskGroup(of: Slot.self) { group in
            for _ in 0..<12 { group.addTask { try await zygote.makeSlot(SandboxLimits()) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(slots.count == 12)
        #expect(slots.allSatisfy { $0.isWaiting })
        for slot in slots { slot.discard() }
        #expect(slots.allSatisfy { !$0.isWaiting })
    }

    @Test func aSlotFitsOnlyWhatItWasMadeFor() async throws {
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox)
        let slot = try await zygote.makeSlot(SandboxLimits())
        let request = try WarmPath.request()
        #expect(slot.fits(request))
        let changes: [(inout SandboxRequest) -> Void] = [
            { $0.limits.memory = .mebibytes(100) }, { $0.limits.cpu = .seconds(1) }, { $0.limits.disk = .mebibytes(1) },
            { $0.limits.files = 10 }, { $0.limits.processes = 3 }, { $0.seed = 1 }, { $0.isolation = .portable },
            { $0.profile = .data },
        ]
        for change in changes {
            var other = request
            change(&other)
            #expect(!slot.fits(other))
            let unfit = other
            await #expect(throws: AirlockError.self) {
                try await sandbox.run(unfit, in: slot, channel: WarmPath.ScriptChannel("pass"))
            }
        }
        var watched = request
        watched.limits.wall = .seconds(1)
        watched.limits.total = .seconds(2)
        watched.limits.output = .kibibytes(1)
        #expect(slot.fits(watched), "the host watches these")
        #expect(slot.isWaiting, "and nothing was spent on the others")
    }

    @Test func aZygoteIsRecycled() async throws {
        let sandbox = try WarmPath.sandbox()
        let zygote = try WarmPath.zygote(sandbox, maxSlots: 2)
        let slot = try await zygote.makeSlot(SandboxLimits())
        #expect(zygote.isCurrent)
        _ = try await zygote.makeSlot(SandboxLimits())
        #expect(!zygote.isCurrent, "it has made its slots")
        zygote.shutDown()
        await #expect(throws: AirlockError.self) { try await zygote.makeSlot(SandboxLimits()) }
        #expect(slot.isWaiting, "its slots live on")
        let outcome = try await sandbox.run(
            try WarmPath.request(), in: slot, channel: WarmPath.ScriptChannel("print(1)"))
        #expect(outcome.status == .succeeded)
    }

    @Test func nothingOfItIsLeft() async throws {
        let sandbox = try WarmPath.sandbox()
        var zygote: Zygote? = try WarmPath.zygote(sandbox)
        var slot = try await zygote?.makeSlot(SandboxLimits())
        let pid = try #require(slot?.initProcess)
        let family = try Family(ofSlot: pid)
        #expect(family.alive.count == 4, "two of the zygote's, two of the slot's")
        zygote = nil
        #expect(slot?.isWaiting == true)
        slot = nil
        #expect(family.isGone)
    }

    @Test func theProfileBoxHasNone() throws {
        let (sandbox, runtime) = (try WarmPath.sandbox(), try WarmPath.runtime())
        #expect(throws: AirlockError.self) {
            try Zygote(sandbox: sandbox, runtime: runtime, profile: .box, extension: [])
        }
    }

    @Test func whatCannotBeLoadedIsSaid() async throws {
        let (sandbox, runtime) = (try WarmPath.sandbox(), try WarmPath.runtime())
        let zygote = try Zygote(sandbox: sandbox, runtime: runtime, extension: Array("no library".utf8))
        do throws(AirlockError) {
            _ = try await zygote.makeSlot(SandboxLimits())
            Issue.record("a slot came of it")
        } catch {
            #expect(error.code == .interpreterUnavailable)
            #expect(error.cause?.contains("ImportError") == true, "\(error)")
        }
        #expect(!zygote.isCurrent)
    }
}

/// The processes of a slot and its zygote, as the host numbers them.
struct Family {
    let zygoteInit: pid_t
    let zygote: pid_t
    let slotInit: pid_t
    let script: pid_t

    init(ofSlot pid: pid_t) throws {
        slotInit = pid
        zygote = try #require(Self.parent(of: pid))
        zygoteInit = try #require(Self.parent(of: zygote))
        let children = readFile("/proc/\(pid)/task/\(pid)/children", maxBytes: 4096) ?? []
        script = try #require(pid_t(String(decoding: children, as: UTF8.self).split(separator: " ").first ?? ""))
    }

    private static func parent(of pid: pid_t) -> pid_t? {
        let text = String(decoding: readFile("/proc/\(pid)/stat", maxBytes: 4096) ?? [], as: UTF8.self)
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return fields.count > 2 ? pid_t(fields[2]) : nil
    }

    var alive: [pid_t] { [zygoteInit, zygote, slotInit, script].filter { kill($0, 0) == 0 } }

    /// The ends come one after another.
    var isGone: Bool {
        for _ in 0..<5000 where !alive.isEmpty { usleep(1000) }
        return alive.isEmpty
    }
}
