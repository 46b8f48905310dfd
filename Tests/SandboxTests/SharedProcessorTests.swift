import AirlockLauncher
import Glibc
import Testing

@testable import Sandbox

/// A script and the thread that answers it are moved to one processor, and back.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SharedProcessorTests {
    /// A process, and its only child, as init and its script are.
    private final class Pair {
        let parent: pid_t
        private let lifeline: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            try #require(airlock_pipe(&ends) == 0)
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_adddup2(&actions, ends[0], 3)
            var process: pid_t = 0
            let words = ["sh", "-c", "cat <&3; :"]
            var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
            defer { for argument in arguments { free(argument) } }
            let error = posix_spawn(&process, "/bin/sh", &actions, nil, &arguments, environ)
            close(ends[0])
            lifeline = ends[1]
            parent = process
            try #require(error == 0)
        }

        /// The child reads the end of the pipe.
        deinit {
            close(lifeline)
            var status: Int32 = 0
            waitpid(parent, &status, 0)
        }

        func child() async throws -> pid_t {
            while true {
                if let child = SharedProcessor.onlyChild(of: parent) { return child }
                try await Task.sleep(for: .milliseconds(2))
            }
        }
    }

    private static func allowed(_ process: pid_t) -> [Int] {
        var set = airlock_processors()
        #expect(airlock_allowed_processors(process, &set))
        return withUnsafeBytes(of: set) { bytes in
            (0..<bytes.count * 8).filter { bytes[$0 / 8] & (1 << ($0 % 8)) != 0 }
        }
    }

    private static func isShared(with parent: pid_t) -> Bool {
        guard let shared = SharedProcessor(withScriptOf: parent) else { return false }
        shared.end()
        return true
    }

    /// Another test's run may have the processor for a moment.
    private static func share(_ pair: Pair, then body: (consuming SharedProcessor) throws -> Void) throws {
        for _ in 0..<5000 {
            if let shared = SharedProcessor(withScriptOf: pair.parent) { return try body(shared) }
            usleep(1000)
        }
        Issue.record("no processor could be shared")
    }

    @Test func bothAreOnOneProcessorAndThenWhereTheyWere() async throws {
        let pair = try Pair()
        let child = try await pair.child()
        let (own, others) = (Self.allowed(0), Self.allowed(child))
        try Self.share(pair) { shared in
            var shared = shared
            #expect(Self.allowed(child).count == 1 && Self.allowed(0) == own)
            shared.enter()
            #expect(Self.allowed(0) == Self.allowed(child) && airlock_processor() == Int32(Self.allowed(0)[0]))
            shared.leave()
            #expect(Self.allowed(0) == own && Self.allowed(child).count == 1)
            shared.enter()
            shared.end()
        }
        #expect(Self.allowed(0) == own && Self.allowed(child) == others)
    }

    @Test func aProcessorIsSharedByOnePairAtATime() async throws {
        let (pair, other) = (try Pair(), try Pair())
        _ = (try await pair.child(), try await other.child())
        try Self.share(pair) { shared in
            var shared = shared
            // On the same processor from here on.
            shared.enter()
            #expect(!Self.isShared(with: other.parent))
            shared.end()
        }
        try Self.share(other) { $0.end() }
    }

    @Test func thereIsNoneWithoutAScript() {
        #expect(!Self.isShared(with: .max))
    }
}
