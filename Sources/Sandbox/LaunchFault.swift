import AirlockLauncher

/// A place of the launch that is made to fail, so that tests see it fail closed.
///
/// Debug builds only: `AIRLOCK_FAIL_AT=scratch`, or `bind:2` for the step's third place. In a release build there is
/// none, and the launcher would ignore it.
struct LaunchFault {
    var step: UInt32 = 0
    var place: UInt32 = 0

    init(environment: [String: String]) {
        #if DEBUG
            guard let wanted = environment["AIRLOCK_FAIL_AT"] else { return }
            let parts = wanted.split(separator: ":", maxSplits: 1)
            place = parts.count == 2 ? UInt32(parts[1]) ?? 0 : 0
            step = Self.names.firstIndex { $0 == parts.first ?? "" }.flatMap(UInt32.init(exactly:)) ?? 0
        #endif
    }

    /// The steps in their order; the first is none.
    static var names: [String] {
        (0..<AIRLOCK_STEP_COUNT.rawValue).map { String(cString: airlock_step_name($0)) }
    }
}

/// The steps of a launch, which tests make fail.
package enum SandboxFaults {
    /// Their names, in order.
    package static var steps: [String] { Array(LaunchFault.names.dropFirst()) }
}
