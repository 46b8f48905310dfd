import AirlockCore
import AirlockLauncher
import Glibc
import Testing

@testable import Sandbox

/// Messages to a script are written by whoever sends them, and none is lost or overtaken.
@Suite(.timeLimit(.minutes(1))) struct SupervisorLinkTests {
    /// A pipe to a script, and the link that writes to it.
    private final class Setting {
        var ends: [Int32] = [-1, -1]
        let link: SupervisorLink

        init() throws {
            link = try SupervisorLink(clock: RunClock(start: .now))
            try #require(airlock_pipe(&ends) == 0)
            _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
            _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        }

        deinit { for end in ends where end >= 0 { close(end) } }

        func read() -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            return Array(bytes[..<max(0, Glibc.read(ends[0], &bytes, bytes.count))])
        }

        /// What is there to be read from the link's eventfd.
        var isSignalled: Bool {
            var source = pollfd(fd: link.eventDescriptor, events: Int16(POLLIN), revents: 0)
            return poll(&source, 1, 0) > 0
        }
    }

    @Test func aSmallMessageIsWrittenAtOnceAndWakesNobody() throws {
        let setting = try Setting()
        setting.link.open(setting.ends[1])
        #expect(setting.link.willWait())
        setting.link.send([1, 2, 3])
        #expect(setting.read() == [1, 2, 3])
        #expect(!setting.isSignalled && setting.link.take().outgoing.isEmpty)
    }

    @Test func whatDoesNotFitIsTheSupervisorsAndWhatFollowsWaits() throws {
        let setting = try Setting()
        setting.link.open(setting.ends[1])
        #expect(setting.link.willWait())
        let large = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 % 251) }
        setting.link.send(large)
        setting.link.send([7])
        #expect(setting.isSignalled)
        var outgoing = OutgoingBytes()
        for bytes in setting.link.take().outgoing { outgoing.append(bytes) }
        var seen: [UInt8] = []
        while !outgoing.isEmpty {
            seen += setting.read()
            let isRead = outgoing.write(to: setting.ends[1])
            #expect(isRead)
        }
        setting.link.send([8])
        #expect(setting.link.take().outgoing == [[8]], "not before it is said that all before it is written")
        setting.link.caughtUp()
        setting.link.send([9])
        #expect(seen + setting.read() == large + [7, 9])
    }

    @Test func aReaderThatIsGoneEndsNobody() throws {
        let setting = try Setting()
        setting.link.open(setting.ends[1])
        close(setting.ends[0])
        setting.ends[0] = -1
        setting.link.send([1])
        let left = setting.link.take().outgoing
        #expect(left == [[1]])
        // Nor on this thread, which may be that of a run in a slot: SIGPIPE is not blocked on it.
        var outgoing = OutgoingBytes()
        for bytes in left { outgoing.append(bytes) }
        let isRead = outgoing.write(to: setting.ends[1])
        #expect(!isRead && !outgoing.isEmpty)
    }

    @Test func newsBeforeTheWaitAreNotSleptThrough() throws {
        let setting = try Setting()
        setting.link.end(.cancelled, reason: "first")
        #expect(!setting.link.willWait() && !setting.isSignalled)
        #expect(setting.link.take().end?.reason == "first")
        #expect(setting.link.willWait())
        setting.link.end(.cancelled, reason: "second")
        #expect(setting.isSignalled && setting.link.take().end?.reason == "first" && !setting.isSignalled)
    }

    @Test func afterTheEndNothingIsWritten() throws {
        let setting = try Setting()
        setting.link.open(setting.ends[1])
        setting.link.close()
        setting.link.send([1])
        #expect(setting.read().isEmpty && setting.link.take().outgoing.isEmpty)
    }
}
