import AirlockCore
import AirlockTesting
import Testing

/// One hostile behaviour: a script that says `BREACH` when it got what it wanted.
struct HostileProbe: Sendable, CustomTestStringConvertible {
    var name: String
    /// Run where nothing holds it back: it must say `BREACH` there, or the probe proves nothing.
    var outside: String
    /// Run in the sandbox; the same script unless that would harm the host.
    var inside: String
    var limits: [String] = []
    var expected: Expected

    /// The outcome that the sandbox has to give.
    struct Expected: Sendable {
        var status: String
        var limit: String?
        /// The call that ended the run.
        var syscall: String?
        /// A call that must stand among the refused ones.
        var refused: String?
    }

    var testDescription: String { name }

    init(
        _ name: String, outside: String, inside: String? = nil, limits: [String] = [], expected: Expected
    ) {
        self.name = name
        self.outside = outside
        self.inside = inside ?? outside
        self.limits = limits
        self.expected = expected
    }
}
