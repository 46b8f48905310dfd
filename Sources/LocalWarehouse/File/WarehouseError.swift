package import AirlockCore
internal import GRDB

/// SQLite's result codes in the words of a user (https://www.sqlite.org/rescode.html).
package enum WarehouseError {
    package static func translating<T>(_ path: String, _ body: () throws -> T) throws(AirlockError) -> T {
        do {
            return try body()
        } catch {
            throw translate(error, path: path)
        }
    }

    package static func translate(_ error: any Error, path: String) -> AirlockError {
        switch error {
        case let error as AirlockError: error
        case is CancellationError: AirlockError(.cancelled, "the work was cancelled")
        case let error as DatabaseError: translate(error, path: path)
        default: AirlockError(.internalError, "the warehouse failed", at: .file(path), cause: "\(error)")
        }
    }

    private static func translate(_ error: DatabaseError, path: String) -> AirlockError {
        func failure(_ code: AirlockError.Code, _ message: String, _ hint: String) -> AirlockError {
            AirlockError(code, message, at: .file(path), hint: hint, cause: "SQLite: \(error.message ?? "no message")")
        }
        switch error.resultCode {
        case .SQLITE_FULL:
            return failure(
                .fileFailed, "the disk is full", "Make room on the file system of this file, then run it again.")
        case .SQLITE_CORRUPT:
            return failure(
                .invalidData, "the warehouse is damaged", "Restore it from a copy, or import the events again.")
        case .SQLITE_NOTADB:
            return failure(
                .invalidData, "the file is not a warehouse", "Make one from JSONL or CSV with 'airlock data import'.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return failure(
                .fileFailed, "another process is writing to the warehouse", "Wait until its import has ended.")
        case .SQLITE_CANTOPEN:
            return failure(
                .fileFailed, "the warehouse cannot be opened",
                "Check that the file exists and that you may read it and its folder.")
        case .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
            return failure(
                .fileFailed, "the warehouse may not be written", "Check the permissions of the file and its folder.")
        case .SQLITE_IOERR:
            return failure(
                .fileFailed, "reading or writing the warehouse failed", "Check the disk, and the room left on it.")
        case .SQLITE_INTERRUPT, .SQLITE_ABORT:
            return AirlockError(.cancelled, "the work was interrupted")
        case .SQLITE_NOMEM:
            return failure(.fileFailed, "there is not enough memory", "Free some, or split the work.")
        case .SQLITE_TOOBIG:
            return failure(.invalidData, "a value is larger than SQLite holds", "Make the value smaller.")
        default:
            return AirlockError(
                .internalError, "the warehouse failed", at: .file(path),
                cause: "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")")
        }
    }
}
