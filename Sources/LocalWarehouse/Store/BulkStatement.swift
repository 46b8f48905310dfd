internal import GRDB
internal import GRDBSQLite

/// A prepared statement for the rows of an import, bound through SQLite's own functions: GRDB's argument values cost more
/// than the rest of the insertion.
final class BulkStatement {
    private let statement: Statement
    private let handle: OpaquePointer
    private let connection: OpaquePointer?

    init(_ db: Database, _ sql: String) throws {
        statement = try db.makeStatement(sql: sql)
        handle = statement.sqliteStatement
        connection = db.sqliteConnection
    }

    /// - Parameter index: from 1.
    func bind(_ text: String, at index: Int32) throws {
        var text = text
        try check(
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    sqlite3_bind_text64(
                        handle, index, characters.baseAddress ?? emptyText, UInt64(bytes.count), copies,
                        UInt8(SQLITE_UTF8))
                }
            })
    }

    func bind(utf8 bytes: [UInt8], at index: Int32) throws {
        try check(
            bytes.withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    sqlite3_bind_text64(
                        handle, index, characters.baseAddress ?? emptyText, UInt64(bytes.count), copies,
                        UInt8(SQLITE_UTF8))
                }
            })
    }

    func bind(_ text: String?, at index: Int32) throws {
        if let text { try bind(text, at: index) } else { try check(sqlite3_bind_null(handle, index)) }
    }

    func bind(_ number: Int64, at index: Int32) throws {
        try check(sqlite3_bind_int64(handle, index, number))
    }

    func bind(_ number: Int64?, at index: Int32) throws {
        if let number { try bind(number, at: index) } else { try check(sqlite3_bind_null(handle, index)) }
    }

    /// Runs the statement, which answers no rows, and makes it ready for the next values.
    ///
    /// - Returns: how many rows it changed.
    @discardableResult func run() throws -> Int {
        let code = sqlite3_step(handle)
        let error = code == SQLITE_DONE ? nil : failure(code)
        sqlite3_reset(handle)
        if let error { throw error }
        return Int(sqlite3_changes(connection))
    }

    private func check(_ code: Int32) throws {
        if code != SQLITE_OK { throw failure(code) }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: connection.map { String(cString: sqlite3_errmsg($0)) })
    }
}

/// SQLITE_TRANSIENT: SQLite copies the value. A macro with a cast, which Swift does not import.
private let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

/// A pointer for empty text: SQLite takes a null pointer for NULL.
private nonisolated(unsafe) let emptyText: UnsafePointer<CChar> = {
    // Never written to and never freed.
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    text.initialize(to: 0)
    return UnsafePointer(text)
}()
