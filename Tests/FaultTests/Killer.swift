import AirlockCore
import AirlockTesting
import Foundation

/// Kills the host, the init or the script of a run, or the zygote of a warm one, again and again, each time a little later.
///
/// A Python program does it that is the subreaper of all that it starts (prctl(2), PR_SET_CHILD_SUBREAPER): what loses its
/// parent becomes its child, so when it has no child left, nothing lives. No name, marker or session can be missed.
struct Killer {
    enum Target: String, CaseIterable, Sendable {
        case host, `init`, script, zygote
        case zygoteInit = "zygote's init"

        /// How far below the host it is; `nil` for what there is not.
        func depth(isWarm: Bool) -> Int? {
            switch self {
            case .host: 0
            case .`init`: isWarm ? 3 : 1
            case .script: isWarm ? 4 : 2
            case .zygote: isWarm ? 2 : nil
            case .zygoteInit: isWarm ? 1 : nil
            }
        }
    }

    /// What came of one kill.
    struct Death {
        var moment: Int
        /// Whether the target was there to be killed.
        var isHit: Bool
        /// The host's exit code; minus the signal that ended it.
        var exitCode: Int
        var output: String
        /// Processes that lived on.
        var left: [String]
    }

    var binary: BuiltBinary
    var arguments: [String]
    /// Whether the run is in a slot of a zygote, which decides who is whose child.
    var isWarm = false
    var environment: [String: String] = [:]

    /// - Parameters:
    ///   - step: between one moment and the next. They count from the start of the host, or from when the target is seen.
    func kill(_ target: Target, moments: Int, step: Duration) throws -> [Death] {
        let facts: JSONValue = [
            "depth": .int(target.depth(isWarm: isWarm) ?? 0), "moments": .int(moments),
            "step": .int(Int(step / .microseconds(1))),
            "command": .array((binary.command + arguments).map { .string($0) }),
        ]
        let child = try Child(
            ["/usr/bin/python3", "-I", "-S", "-c", Self.program],
            environment: environment.merging([
                "PATH": "/usr/bin:/bin", "HOME": binary.cache, "AIRLOCK_CACHE": binary.cache,
                "XDG_CACHE_HOME": binary.cache, "LANG": "C.UTF-8",
            ]) { given, _ in given })
        child.feed(facts.json)
        let end = child.finish()
        guard end.code == 0, let deaths = try JSONValue(json: end.output).arrayValue else {
            throw AirlockError(.internalError, String(decoding: end.errors, as: UTF8.self))
        }
        return deaths.map { death in
            Death(
                moment: death["moment"]?.intValue ?? -1, isHit: death["hit"] == true,
                exitCode: death["code"]?.intValue ?? -999, output: death["output"]?.stringValue ?? "",
                left: (death["left"]?.arrayValue ?? []).compactMap(\.stringValue))
        }
    }

    private static let program = #"""
        import ctypes, json, os, signal, subprocess, sys, time

        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
        task = json.load(sys.stdin)

        def children(pid):
            found = []
            try:
                for thread in os.listdir(f'/proc/{pid}/task'):
                    with open(f'/proc/{pid}/task/{thread}/children') as file:
                        found += [int(child) for child in file.read().split()]
            except OSError:
                pass
            return found

        def below(pid, depth):
            """A process that many levels below; None as long as there is none."""
            for child in children(pid):
                if depth == 1:
                    return child
                found = below(child, depth - 1)
                if found:
                    return found

        def descends(pid, parent):
            return any(child == pid or descends(pid, child) for child in children(parent))

        def kill_after(parent, pid, delay):
            """Through a pidfd, so that the number is still the process's."""
            try:
                handle = os.pidfd_open(pid)
            except ProcessLookupError:
                return False
            try:
                if pid != parent and not descends(pid, parent):
                    return False
                end = time.perf_counter() + delay
                while time.perf_counter() < end:
                    time.sleep(max(0, min(0.0005, end - time.perf_counter())))
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                return True
            except ProcessLookupError:
                return False
            finally:
                os.close(handle)

        def reap_all(deadline):
            """Waits until nothing is left; gives what still is at the deadline."""
            while True:
                try:
                    pid, _ = os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    return []
                if pid == 0:
                    if time.monotonic() > deadline:
                        return [open(f'/proc/{pid}/stat').read()[:80] for pid in children(os.getpid())]
                    time.sleep(0.0005)

        deaths = []
        for moment in range(task['moments']):
            host = subprocess.Popen(task['command'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            host.stdin.write(b'import time\nwhile True: time.sleep(0.001)\n')
            host.stdin.close()
            host.stdin = None
            delay = moment * task['step'] / 1e6
            if task['depth'] == 0:
                hit = kill_after(host.pid, host.pid, delay)
            else:
                target = None
                patience = time.monotonic() + 20
                while target is None and host.poll() is None and time.monotonic() < patience:
                    target = below(host.pid, task['depth'])
                hit = target is not None and kill_after(host.pid, target, delay)
            # A host that hangs is killed by its total limit, which is longer than this.
            output, code = b'', None
            try:
                output, _ = host.communicate(timeout=20)
                code = host.returncode
            except subprocess.TimeoutExpired:
                host.kill()
                host.wait()
                code = 'it hung'
            left = reap_all(time.monotonic() + 20)
            deaths.append({'moment': moment, 'hit': hit, 'code': code, 'output': output.decode(errors='replace'), 'left': left})
            if left:
                break
        print(json.dumps(deaths))
        """#
}
