import AirlockCore
import Glibc

/// Runs single steps of the benchmarks in this process, as the script `bench` asks for them over standard input.
///
/// `airlock-bench prepare FOLDER` makes the data; `airlock-bench work FOLDER` reads lines of `{"step": NAME}` and answers each
/// with one line: `{"ms": …, "answer": …, "peak_mib": …}` or `{"error": …}`. The script decides on the order, so that what is
/// compared is taken in turns.
@main
struct AirlockBench {
    static func main() async {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { return fail(usage) }
        do {
            let data = BenchData(folder: arguments[2])
            switch arguments[1] {
            case "prepare": try await data.prepare()
            case "work": try await work(StepList(data))
            case "http-server": HTTPServerStep.serve()
            case "echo": PingPongStep.echo()
            default: fail(usage)
            }
        } catch {
            fail("\(error)")
        }
    }

    private static let usage = "usage: airlock-bench prepare|work|http-server|echo FOLDER"

    private static func work(_ steps: StepList) async throws {
        while let line = readLine() {
            let name = (try? JSONValue(json: line))?["step"]?.stringValue ?? ""
            let reply: JSONValue
            do {
                let run = try await steps.run(name)
                reply = [
                    "ms": .double(run.milliseconds), "samples": .array(run.samples.map { .double($0) }),
                    "answer": run.answer, "peak_mib": .double(PeakMemory.mebibytes), "extra": .object(run.extra),
                ]
            } catch {
                reply = ["error": .string("\(error)")]
            }
            print(reply.json)
            fflush(nil)
        }
    }

    private static func fail(_ message: String) {
        var text = Array("airlock-bench: \(message)\n".utf8)
        _ = write(STDERR_FILENO, &text, text.count)
        exit(1)
    }
}
