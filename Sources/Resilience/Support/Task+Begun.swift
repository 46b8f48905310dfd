extension Task where Failure == Never {
    /// A task of its own for `work`, which runs on the caller's thread up to the first point where it has to wait: to hand it
    /// to another thread and be told of it costs more than most work does until then.
    ///
    /// - Parameter executor: where all of it is to run instead; `nil` is the global executor.
    static func begun(
        on executor: (any TaskExecutor)?, _ work: @escaping @Sendable () async -> Success
    ) -> Task<Success, Never> {
        #if compiler(>=6.2)
            if executor == nil { return Task.immediate(operation: work) }
        #endif
        return Task(executorPreference: executor, operation: work)
    }
}
