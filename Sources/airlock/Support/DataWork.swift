import AirlockCore
import Reporting

/// Work on a warehouse file that takes its time: with a progress line, and given up on Ctrl-C.
struct DataWork {
    private let console: Console

    init(quiet: Bool) { console = Console(path: nil, isQuiet: quiet) }

    /// - Parameter work: is given a way to tell how far it is, and returns what to say at the end.
    func run(
        _ name: String,
        _ work: @escaping @Sendable (_ progress: @escaping @Sendable (Double?, String) -> Void) async throws -> String
    ) async throws {
        let status = StatusLine(console)
        do {
            status.show(Progress(fraction: nil, message: name))
            let text = try await Interruption.cancelling {
                try await work { status.show(Progress(fraction: $0, message: $1)) }
            }
            status.clear()
            console.note(text + "\n")
        } catch {
            status.clear()
            // A failed write to standard output is nobody's fault when its reader has gone.
            if Console.isOutputClosed { throw ClosedOutput() }
            throw error
        }
    }
}
