import CSQLite

/// What a user would pick instead: a table in SQLite, in WAL mode, every commit durable, deleted rows overwritten.
final class Table {
    struct Failure: Error {
        let message: String
    }

    private let database: OpaquePointer?
    private let inserting: OpaquePointer?

    init(path: String) throws {
        var database: OpaquePointer?
        guard sqlite3_open(path, &database) == SQLITE_OK else { throw Failure(message: "the database cannot be opened") }
        self.database = database
        for statement in [
            "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON",
            "CREATE TABLE events(id INTEGER PRIMARY KEY, day INTEGER, line BLOB)",
        ] {
            sqlite3_exec(database, statement, nil, nil, nil)
        }
        var inserting: OpaquePointer?
        sqlite3_prepare_v2(database, "INSERT INTO events(day, line) VALUES(1, ?)", -1, &inserting, nil)
        self.inserting = inserting
    }

    deinit {
        sqlite3_finalize(inserting)
        sqlite3_close(database)
    }

    /// Inserts one row durably.
    func insert(_ line: [UInt8]) throws {
        sqlite3_reset(inserting)
        sqlite3_bind_blob(inserting, 1, line, Int32(line.count), nil)
        guard sqlite3_step(inserting) == SQLITE_DONE else { throw Failure(message: "a row cannot be inserted") }
    }

    /// Inserts `count` rows of a key's length in one transaction.
    func fill(_ count: Int) throws {
        sqlite3_exec(database, "BEGIN", nil, nil, nil)
        let key = [UInt8](repeating: 7, count: 32)
        for _ in 0..<count { try insert(key) }
        sqlite3_exec(database, "COMMIT", nil, nil, nil)
    }

    /// Deletes one row durably, and as `deleteAll` does.
    func deleteOne() throws {
        let one = "DELETE FROM events WHERE id = (SELECT max(id) FROM events); PRAGMA wal_checkpoint(TRUNCATE)"
        guard sqlite3_exec(database, one, nil, nil, nil) == SQLITE_OK else { throw Failure(message: "the row cannot be deleted") }
    }

    /// Deletes all rows durably, their places overwritten in the file and the log emptied.
    func deleteAll() throws {
        guard sqlite3_exec(database, "DELETE FROM events WHERE day = 1; PRAGMA wal_checkpoint(TRUNCATE)", nil, nil, nil) == SQLITE_OK else {
            throw Failure(message: "the rows cannot be deleted")
        }
    }
}
