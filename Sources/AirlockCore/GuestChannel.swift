/// The host's end of the two pipes to a script: the sandbox moves the bytes, the channel gives them meaning.
///
/// All methods are called on the sandbox's supervising thread, one at a time, and must return within milliseconds: whatever
/// may take longer is done elsewhere and its reply sent through the ``GuestLink``.
public protocol GuestChannel: AnyObject, Sendable {
    /// The child was started; `link` stays valid, and harmless, after the run's end.
    func started(_ link: any GuestLink)

    /// The child wrote `bytes` to descriptor 4: any bytes, cut anywhere.
    func received(_ bytes: UnsafeRawBufferPointer)

    /// The child is gone and everything it wrote was received.
    func ended()
}

/// What a ``GuestChannel`` may do to the run; every method may be called from any thread.
public protocol GuestLink: AnyObject, Sendable {
    /// Queues bytes for descriptor 3 of the child. They are dropped when the child is gone.
    func send(_ bytes: [UInt8])

    /// Stops the script's own wall clock while the host works for it; calls nest.
    func pauseScriptClock()

    func resumeScriptClock()

    /// Ends the run at once with this status, unless it has ended already: the first cause wins.
    func end(_ status: RunStatus, reason: String)
}
