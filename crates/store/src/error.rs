//! What the database can say, in the few meanings the layers above tell apart. Messages of the database are never shown
//! to callers: they may hold values.

use sea_orm::{DbErr, RuntimeErr};
use thiserror::Error;

/// Why the store could not do something.
#[derive(Debug, Error)]
pub enum Error {
    /// Somebody else wrote the same rows first: read again and try again.
    #[error("somebody else wrote first")]
    Conflict,
    /// The database cannot be reached or does not answer in time.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// The database belongs to another deployment than the configuration says.
    #[error("{0}")]
    Deployment(String),
    /// What is stored cannot be read back.
    #[error("stored {what} cannot be read: {why}")]
    Corrupt { what: &'static str, why: String },
    /// Anything else.
    #[error("database error")]
    Database(#[source] DbErr),
}

impl Error {
    pub(crate) fn corrupt(what: &'static str, why: impl std::fmt::Display) -> Error {
        Error::Corrupt { what, why: why.to_string() }
    }
}

/// SQLSTATEs after which the same work may succeed at once: a unique key that somebody else took first, serialization
/// failure, deadlock.
const CONFLICT: [&str; 3] = ["23505", "40001", "40P01"];
/// SQLSTATE classes and codes of a server that is not there for writing now: connection lost, shutting down, starting
/// up, read-only after a failover, too many connections, a statement or lock that took too long, a transaction that nobody
/// went on with for too long.
const UNAVAILABLE: [&str; 9] = ["08", "57P01", "57P02", "57P03", "25006", "25P03", "53300", "57014", "55P03"];

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Error::Unavailable(error.to_string()),
            DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
                of_sqlx(cause).unwrap_or(Error::Database(error))
            }
            _ => Error::Database(error),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        of_sqlx(&error).unwrap_or_else(|| Error::Unavailable(error.to_string()))
    }
}

fn of_sqlx(error: &sqlx::Error) -> Option<Error> {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            Some(Error::Unavailable(error.to_string()))
        }
        sqlx::Error::Database(cause) => {
            let code = cause.code().unwrap_or_default();
            if cause.is_unique_violation() || CONFLICT.contains(&code.as_ref()) {
                Some(Error::Conflict)
            } else if UNAVAILABLE.iter().any(|prefix| code.starts_with(prefix)) || is_sqlite_busy(cause.as_ref(), &code)
            {
                Some(Error::Unavailable(format!("SQLSTATE {code}")))
            } else {
                None
            }
        }
        _ => None,
    }
}

/// SQLITE_BUSY (5), SQLITE_FULL (13) and SQLITE_READONLY (8), with their extended codes in the upper bits.
fn is_sqlite_busy(cause: &(dyn sqlx::error::DatabaseError + 'static), code: &str) -> bool {
    cause.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some()
        && code.parse::<i64>().is_ok_and(|code| matches!(code & 0xff, 5 | 8 | 13))
}
