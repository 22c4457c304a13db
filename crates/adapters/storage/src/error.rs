//! Errors of the database, told apart as far as callers need it.
//!
//! [`OpenError`] belongs to starting up; everything after that is a port's [`StoreError`].

use diesel::result::{DatabaseErrorKind, Error};
use sixin_application::operations::ports::WriteFailure;
use sixin_application::ports::StoreError;
use thiserror::Error as ThisError;

/// Why a database could not be opened or prepared.
#[derive(Debug, ThisError)]
pub enum OpenError {
    /// The directory or file can't be made or opened.
    #[error("can't open {path}: {source}")]
    File {
        /// Which.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The server or file can't be reached.
    #[error("can't connect to {url}: {reason}")]
    Connect {
        /// Where, without password.
        url: String,
        /// What the driver says.
        reason: String,
    },
    /// A migration failed.
    #[error("migrating the database failed: {0}")]
    Migration(#[source] Error),
    /// It was migrated by a newer version of sixin.
    #[error(
        "the database has migration {0}, which this version of sixin does not know; run the newer version again"
    )]
    Newer(String),
    /// A restore or a move into it did not come to its end.
    #[error(
        "this database is being filled by `sixin restore` or `sixin move`, or that was cut off: then remove it and begin again"
    )]
    HalfFilled,
    /// There is none, and it is not to be made.
    #[error("there is no site in {0} yet; `sixin migrate` makes one")]
    NoSite(String),
    /// Migrations are missing, and they are not to be applied at start.
    #[error("the database lacks {0} migration(s); run `sixin migrate`")]
    Unmigrated(usize),
    /// The machine's clock is ahead of the database's by so many seconds, or behind it.
    #[error(
        "the clock of this machine is {0} seconds ahead of the database's; more than 60 either way are refused, set one of them right"
    )]
    Clock(i64),
    /// The server would lose acknowledged messages in a crash.
    #[error("{0}; set database.durability = \"weak\" if that is what you want")]
    TooWeak(String),
}

/// Texts by which a driver says "not now". Diesel keeps no error numbers for these, so the text is all there is;
/// SQLite's are compiled in and never translated. A text that is missing here makes a 500 of a 503, no more.
const NOT_NOW: &[&str] = &[
    // SQLite: locked, full, read-only, failing disk, file gone
    "database is locked",
    "database table is locked",
    "database or disk is full",
    "attempt to write a readonly database",
    "disk I/O error",
    "unable to open database file",
    // MySQL servers: locks, read-only, full, stopping
    "try restarting transaction",
    "Record has changed since last read",
    "--read-only",
    "--super-read-only",
    "read only",
    "is full",
    "Disk full",
    "No space left",
    "Too many connections",
    "WSREP has not yet prepared node",
    "primary component",
    "Driver error",
];

/// Texts by which a database says that its disk is full.
const FULL: &[&str] = &["database or disk is full", "is full", "Disk full", "No space left"];

/// Texts by which a database says that it only reads: a file that lost its permission, a MySQL server that is no primary any
/// more, or a node that has lost sight of its cluster.
const READ_ONLY: &[&str] = &[
    "attempt to write a readonly database",
    "--read-only",
    "--super-read-only",
    "read only",
    "WSREP has not yet prepared node",
    "primary component",
];

/// Texts by which a MySQL server or its driver says that the connection is no more.
const LOST: &[&str] = &[
    "Server shutdown in progress",
    "Connection was killed",
    "gone away",
    "Input/output error",
    "Connection to the server is closed",
    "Broken pipe",
];

/// Whether the connection was lost, so that the same work may succeed on another one.
pub(crate) fn is_lost(error: &Error) -> bool {
    match error {
        Error::DatabaseError(
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
            _,
        ) => true,
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            LOST.iter().any(|text| information.message().contains(text))
        }
        _ => false,
    }
}

/// Whether nothing can be written to where this connection leads, as long as that lasts.
pub(crate) fn write_failure_of(error: &Error) -> Option<WriteFailure> {
    let says = |texts: &[&str]| match error {
        Error::DatabaseError(_, information) => texts.iter().any(|text| information.message().contains(text)),
        _ => false,
    };
    match error {
        _ if says(FULL) => Some(WriteFailure::Full),
        error if is_read_only(error) => Some(WriteFailure::ReadOnly),
        error if is_conflict(error) => None,
        error if is_not_now(error) => Some(WriteFailure::Unavailable),
        _ => None,
    }
}

/// Whether the database behind this connection only reads.
pub(crate) fn is_read_only(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => true,
        Error::DatabaseError(_, information) => {
            READ_ONLY.iter().any(|text| information.message().contains(text))
        }
        _ => false,
    }
}

/// Whether an error says that the same work may succeed later.
pub(crate) fn is_not_now(error: &Error) -> bool {
    match error {
        error if is_lost(error) || is_conflict(error) => true,
        Error::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::ReadOnlyTransaction => true,
            DatabaseErrorKind::Unknown => NOT_NOW.iter().any(|text| information.message().contains(text)),
            _ => false,
        },
        Error::BrokenTransactionManager => true,
        _ => false,
    }
}

/// Texts by which a MySQL server says that a transaction lost against another one: deadlock, lock time-out, snapshot conflict
/// (1213, 1205, 1020), and conflicts between the members of a group, found at COMMIT (3101, 149).
const CONFLICT: &[&str] = &[
    "try restarting transaction",
    "Record has changed since last read",
    "Plugin instructed the server to rollback",
    "Lock deadlock; Retry transaction",
];

/// Whether the transaction lost against another one and has only to be run again.
pub(crate) fn is_conflict(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            CONFLICT.iter().any(|text| information.message().contains(text))
        }
        _ => false,
    }
}

/// Whether a row with that unique value exists already.
pub(crate) fn is_taken(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
}

/// The port's error for one of diesel's.
pub(crate) fn store_error(error: Error) -> StoreError {
    if is_not_now(&error) { StoreError::Unavailable(error.into()) } else { StoreError::Fault(error.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(message: &str) -> Error {
        Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()))
    }

    #[test]
    fn a_locked_full_or_vanished_database_is_unavailable_and_a_broken_statement_a_fault() {
        for text in ["database is locked", "database or disk is full", "Input/output error: connection reset"]
        {
            assert!(matches!(store_error(unknown(text)), StoreError::Unavailable(_)), "{text}");
        }
        for error in [unknown("no such table: users"), Error::NotFound] {
            assert!(matches!(store_error(error), StoreError::Fault(_)));
        }
    }

    #[test]
    fn what_keeps_a_database_from_being_written_is_told_apart() {
        for (text, expected) in [
            ("database or disk is full", Some(WriteFailure::Full)),
            ("The table 'conversation_messages' is full", Some(WriteFailure::Full)),
            ("attempt to write a readonly database", Some(WriteFailure::ReadOnly)),
            (
                "The MySQL server is running with the --super-read-only option so it cannot execute this statement",
                Some(WriteFailure::ReadOnly),
            ),
            ("WSREP: node is not connected to primary component", Some(WriteFailure::ReadOnly)),
            ("disk I/O error", Some(WriteFailure::Unavailable)),
            ("Lock wait timeout exceeded; try restarting transaction", None),
            ("no such table: users", None),
        ] {
            assert_eq!(write_failure_of(&unknown(text)), expected, "{text}");
        }
        assert!(matches!(store_error(unknown("--super-read-only")), StoreError::Unavailable(_)));
    }

    #[test]
    fn deadlock_lock_time_out_and_snapshot_conflict_are_conflicts() {
        for text in [
            "Deadlock found when trying to get lock; try restarting transaction",
            "Lock wait timeout exceeded; try restarting transaction",
            "Record has changed since last read in table 'conversations'",
            "Plugin instructed the server to rollback the current transaction.",
            "Got error 149 - 'Lock deadlock; Retry transaction' during COMMIT",
        ] {
            assert!(is_conflict(&unknown(text)), "{text}");
        }
        assert!(!is_conflict(&unknown("database is locked")));
    }
}
