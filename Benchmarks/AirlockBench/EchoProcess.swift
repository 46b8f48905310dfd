import AirlockCore
import AirlockLauncher
import Glibc

/// This program once more, as the other end of two pipes.
final class EchoProcess {
    let input: Int32
    let output: Int32
    private let process: pid_t

    init() throws {
        var (there, back): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard airlock_pipe(&there) == 0, airlock_pipe(&back) == 0 else {
            throw AirlockError(.internalError, "no pipe could be made")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, there[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, back[1], STDOUT_FILENO)
        var words: [UnsafeMutablePointer<CChar>?] = []
        for word in ["airlock-bench", "echo", "-"] { words.append(strdup(word)) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let error = posix_spawn(&process, "/proc/self/exe", &actions, nil, &words, environ)
        close(there[0])
        close(back[1])
        guard error == 0 else { throw AirlockError(.internalError, "the other process could not be started") }
        (input, output, self.process) = (there[1], back[0], process)
    }

    func end() {
        close(input)
        close(output)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }
}
