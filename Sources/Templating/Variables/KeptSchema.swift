internal import JSONSchema
internal import Synchronization

/// A variable's schema as it was compiled for the first value that was checked: compiling takes longer than checking.
/// No part of what a declaration is equal by.
final class KeptSchema: Sendable, Hashable {
    private let schema = Mutex<JSONSchema?>(nil)

    var value: JSONSchema? {
        get { schema.withLock { $0 } }
        set { schema.withLock { $0 = newValue } }
    }

    static func == (left: KeptSchema, right: KeptSchema) -> Bool { true }
    func hash(into hasher: inout Hasher) {}
}
