import AirlockLauncher

/// The steps of a launch, each of which tests make fail (`airlock_inject`).
package enum LaunchSteps {
    /// Their names, in order.
    package static var names: [String] {
        (1..<AIRLOCK_STEP_COUNT.rawValue).map { String(cString: airlock_step_name($0)) }
    }
}
