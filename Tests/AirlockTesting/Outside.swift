public import Foundation

/// Python without a sandbox: what a probe does where nothing holds it back.
public enum Outside {
    /// - Returns: what the script printed to standard output.
    public static func python(_ script: String, environment: [String: String] = [:]) throws -> String {
        let child = try Child(
            ["/usr/bin/python3", "-I", "-S", "-c", script], environment: ["LANG": "C.UTF-8"].merging(environment) { $1 }
        )
        child.feed("")
        return String(decoding: child.finish().output, as: UTF8.self)
    }

    /// The living children of a process; zombies are not.
    public static func children(of parent: pid_t) -> [Int] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap(Int.init).filter { pid in
            guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                let close = status.lastIndex(of: ")")
            else { return false }
            // `pid (name) state ppid …`, see proc_pid_stat(5).
            let fields = status[status.index(after: close)...].split(separator: " ")
            return fields.count > 1 && fields[0] != "Z" && fields[0] != "X" && fields[1] == "\(parent)"
        }
    }

    /// Whether a process is there and not a zombie.
    public static func isLiving(_ pid: Int) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let close = status.lastIndex(of: ")")
        else { return false }
        let state = status[status.index(after: close)...].first { $0 != " " }
        return state != "Z" && state != "X"
    }
}
