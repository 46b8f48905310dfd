internal import AirlockCore
internal import Glibc

/// A failed system call on a file, in the words of a user.
enum FileError {
    /// - Parameter step: what was being done, `opening the file`.
    static func last(_ step: String, _ path: String) -> AirlockError {
        of(errno, step, path)
    }

    static func of(_ code: Int32, _ step: String, _ path: String) -> AirlockError {
        let hint: String? =
            switch code {
            case ENOENT: "Check the path; it does not exist."
            case EACCES, EPERM: "Check the permissions of the file and its folder."
            case EISDIR: "It is a folder; name a file."
            case ENOTDIR: "A part of the path is a file, not a folder."
            case ENOSPC, EDQUOT: "The disk is full: make room on its file system."
            case EROFS: "The file system is read-only; name a file elsewhere."
            case EMFILE, ENFILE: "Too many files are open; raise the limit (ulimit -n)."
            default: nil
            }
        return AirlockError(
            .fileFailed, "\(step) failed", at: .file(path), hint: hint, cause: String(cString: strerror(code)))
    }
}
