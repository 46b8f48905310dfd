import AirlockCore
import EmbeddedFiles
import Foundation
import Synchronization
import Testing

@testable import Sandbox

/// The descriptions of interpreters, where several ask for one at once.
@Suite(.timeLimit(.minutes(2))) struct RuntimeStoreTests {
    @Test func whoComesSecondTakesWhatTheFirstDescribed() throws {
        let directory = NSTemporaryDirectory() + "/airlock-store-test-\(UInt32.random(in: .min ... .max))"
        defer { ScratchDirectory.remove(directory) }
        let views = Mutex<[String]>([])
        // The lock is of an open file, not of a process: this is as good as four processes.
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            let runtime = try? RuntimeStore(environment: ["AIRLOCK_CACHE": directory])
                .python(guest: EmbeddedFiles.files(in: .guest), environment: [:])
            views.withLock { $0.append(runtime?.viewDirectory ?? "none") }
        }
        let used = Set(views.withLock { $0 })
        let made = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix("view-") }
        #expect(used == Set(made.map { "\(directory)/\($0)" }) && made.count == 1)
    }
}
