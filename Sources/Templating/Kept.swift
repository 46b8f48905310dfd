internal import Synchronization

/// What was worked out of something at its first use and is kept with it: a compiled schema, a script's placeholders.
/// No part of what that is equal by.
final class Kept<Value: Sendable>: Sendable, Hashable {
    private let kept = Mutex<Value?>(nil)

    /// - Parameter make: called as long as it throws; by several threads at a time it may be called more than once.
    func value<Failure: Error>(_ make: () throws(Failure) -> Value) throws(Failure) -> Value {
        if let known = kept.withLock({ $0 }) { return known }
        let made = try make()
        kept.withLock { $0 = made }
        return made
    }

    static func == (left: Kept, right: Kept) -> Bool { true }
    func hash(into hasher: inout Hasher) {}
}
