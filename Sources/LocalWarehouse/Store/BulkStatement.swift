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
        try check(text.withUTF8 { bind($0, at: index, copies) })
    }

    func bind(_ text: String?, at index: Int32) throws {
        if let text { try bind(text, at: index) } else { try check(sqlite3_bind_null(handle, index)) }
    }

    /// Binds bytes without copying them: they have to stay where they are until the next ``run()`` has ended.
    func bind(_ bytes: Bytes?, at index: Int32) throws {
        try check(bytes.map { bind($0, at: index, nil) } ?? sqlite3_bind_null(handle, index))
    }

    private func bind(_ bytes: Bytes, at index: Int32, _ destructor: sqlite3_destructor_type?) -> Int32 {
        bytes.withMemoryRebound(to: CChar.self) { characters in
            sqlite3_bind_text64(
                handle, index, characters.baseAddress ?? emptyText, UInt64(bytes.count), destructor,
                UInt8(SQLITE_UTF8))
        }
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

    /// The row that the last insertion made.
    var lastRow: Int64 { sqlite3_last_insert_rowid(connection) }

    private func check(_ code: Int32) throws {
        if code != SQLITE_OK { throw failure(code) }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: connection.map { String(cString: sqlite3_errmsg($0)) })
    }
}

/// A prepared query of one row by its number, read through SQLite's own functions for the same reason.
final class BulkQuery {
    private let statement: Statement
    private let handle: OpaquePointer
    private let connection: OpaquePointer?

    init(_ db: Database, _ sql: String) throws {
        statement = try db.makeStatement(sql: sql)
        handle = statement.sqliteStatement
        connection = db.sqliteConnection
    }

    /// Looks at the row, when there is one.
    ///
    /// - Parameter body: gets the texts of the columns, which are good for as long as it runs; a null is an empty one.
    func read(_ row: Int64, columns: Int, _ body: ([Bytes]) throws -> Void) throws {
        sqlite3_bind_int64(handle, 1, row)
        defer { sqlite3_reset(handle) }
        let code = sqlite3_step(handle)
        guard code == SQLITE_ROW else {
            if code == SQLITE_DONE { return }
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: connection.map { String(cString: sqlite3_errmsg($0)) })
        }
        try body(
            (0..<Int32(columns)).map { column in
                let text = sqlite3_column_text(handle, column)
                return Bytes(start: text, count: text == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
            })
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
