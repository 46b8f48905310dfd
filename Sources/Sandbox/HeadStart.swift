import AirlockCore
import Glibc
import Synchronization

/// A sandbox that is launched before it is known which run it is for, so that its interpreter starts while the host
/// still reads its arguments and its template.
///
/// It is a guess, and costs only time when it is wrong: the specification of the last such run is kept in the cache, and
/// a sandbox of just that specification is launched. A run takes it only if its own specification is equal; else it is
/// ended before it was given anything, the run launches its own, and the guess is corrected for the next time.
public final class HeadStart: Sendable {
    private let path: String
    private let specification: LaunchSpecification?
    private let child: Mutex<LaunchedChild?>

    /// Launches what the cache holds for `purpose`; nothing, if it holds nothing.
    ///
    /// The calling thread must live until the sandbox is taken: its end would be the sandbox's (prctl(2),
    /// PR_SET_PDEATHSIG).
    ///
    /// - Parameter purpose: what tells runs of equal sandboxes from others, such as a template's name: letters, digits,
    ///   `-` and `_`.
    /// - Returns: `nil` for another purpose, or without a cache directory.
    public init?(for purpose: String, environment: [String: String]) {
        guard purpose.utf8.count <= 64,
            purpose.utf8.allSatisfy({
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || $0 == 0x2D || $0 == 0x5F
                    || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0
            }),
            let store = try? RuntimeStore(environment: environment)
        else { return nil }
        path = "\(store.directory)/launch-\(purpose)"
        guard let specification = store.read(path).flatMap(LaunchSpecification.init(bytes:)) else {
            specification = nil
            child = Mutex(nil)
            return
        }
        self.specification = specification
        do throws(AirlockError) {
            child = Mutex(try LaunchedChild(specification, fault: LaunchFault(environment: environment)))
        } catch {
            // The run's own launch will say what is wrong.
            child = Mutex(nil)
        }
    }

    /// Whether a sandbox waits for a run to take it.
    public var isUnderWay: Bool { child.withLock { $0 != nil } }

    /// The sandbox, once, for a run of just this specification.
    ///
    /// - Parameter hasOwnGroup: whether the run is to start in a control group of its own, which an early sandbox has not.
    func take(for wanted: LaunchSpecification, hasOwnGroup: Bool) -> LaunchedChild? {
        if wanted == specification, !hasOwnGroup { return takeChild() }
        discard()
        // Portable isolation's scratch directory is another with each run, and a group has to be there before the start.
        if wanted.namespaces != 0, !hasOwnGroup { try? writeFile(path, wanted.bytes, mode: 0o600) }
        return nil
    }

    /// Ends the sandbox if no run took it. When this returns, nothing of it is left.
    public func discard() {
        guard let child = takeChild() else { return }
        child.discard()
    }

    private func takeChild() -> LaunchedChild? {
        child.withLock { child in
            let taken = consume child
            child = nil
            return taken
        }
    }
}
