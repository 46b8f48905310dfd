internal import AirlockCore
internal import Dispatch

/// Work that blocks its thread for seconds, on a thread of Dispatch instead of one of the few cooperative ones.
enum BlockingWork {
    /// - Parameter work: looks at the cancellation now and then; it is set when the surrounding task is cancelled.
    static func run<T: Sendable>(
        _ work: @escaping @Sendable (Cancellation) throws(AirlockError) -> T
    ) async throws(AirlockError) -> T {
        let cancellation = Cancellation()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<T, AirlockError>, Never>) in
                DispatchQueue.global(qos: .userInitiated).async {
                    continuation.resume(returning: Result { () throws(AirlockError) in try work(cancellation) })
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
        return try result.get()
    }
}
