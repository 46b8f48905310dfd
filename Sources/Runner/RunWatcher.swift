public import AirlockCore

/// Watches over one run: for traces, metrics, the audit log.
public protocol RunWatcher: Sendable {
    /// Performs a call to the driver in a context of its own. Has to call the body, once.
    func around(_ method: String, _ body: @Sendable () async -> Void) async

    /// Is told of a call before its reply is sent.
    ///
    /// - Throws: when it cannot be recorded, which ends the run as `internal_error` without the reply.
    func record(_ call: CallRecord) throws(AirlockError)

    /// Is told how the run ended, also one that could not be made.
    ///
    /// - Throws: when it cannot be recorded; the run is then one that failed with that error.
    func ended(_ result: RunResult) throws(AirlockError)
}
