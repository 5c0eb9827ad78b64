//! The pools. SQLite: one writer connection (it allows one writer; queueing for it in the application is fair, inside
//! SQLite it is not), a few readers, and one that copies the log. PostgreSQL: writers and readers of about twice the cores,
//! and a small pool of their own for reports and operations, so that a long one cannot starve the short ones.
//!
//! Who opens a connection matters. On SQLite it has a thread of its own, with the priority of the one that opened it: the
//! connections for reports and the one that copies the log are opened by the thread that gives way, and for good. On
//! PostgreSQL the threads that opened it are told that an answer has come: the writers' are opened by the threads that write,
//! or each of their statements would wake a thread that calls are answered on, and that one the thread that waits. Those for
//! reports are opened at the start, not by the thread that gives way, since somebody waits for a report. Whoever finds no
//! connection idle opens one more, so on PostgreSQL this holds of most, not of all.

use std::str::FromStr;
use std::time::Duration;

use sea_orm::{DatabaseConnection, DbBackend, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::Error;
use crate::log::Log;
use crate::threads::Threads;

/// Where the database is and how many connections to hold.
#[derive(Clone)]
pub struct Options {
    /// `sqlite://path?mode=rwc` or `postgres://...`. May hold a password: never print it.
    pub url: String,
    /// Connections for reading; 0 lets the store choose.
    pub read_connections: u32,
}

/// The ways to the database.
pub(crate) struct Pools {
    pub(crate) backend: DbBackend,
    /// Of SQLite, whose log has to be copied.
    pub(crate) log: Option<Log>,
    pub(crate) writer: DatabaseConnection,
    pub(crate) reader: DatabaseConnection,
    pub(crate) reports: DatabaseConnection,
    /// Dropped last: connections may live on them.
    pub(crate) behind: Threads,
    pub(crate) writing: Threads,
}

/// Prepared statements of a connection: of the set-wise writes, tables times lengths, those that are common.
const STATEMENT_CACHE: usize = 512;
/// Connections for reports and operations.
const REPORTS: u32 = 2;
/// How long a call waits for a connection before it is told to come back.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

pub(crate) async fn open(options: &Options) -> Result<Pools, Error> {
    if options.url.starts_with("sqlite:") { open_sqlite(options).await } else { open_postgres(options).await }
}

/// How many writers gain from working side by side: SQLite has one, PostgreSQL gains from a second.
pub(crate) fn writers(backend: DbBackend) -> usize {
    if backend == DbBackend::Postgres { 2 } else { 1 }
}

async fn open_sqlite(options: &Options) -> Result<Pools, Error> {
    let connect = SqliteConnectOptions::from_str(&options.url)?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        // What a statement would undo if it failed is kept in memory, not in a temporary file.
        .pragma("temp_store", "MEMORY")
        // The log is copied beside the writer.
        .pragma("wal_autocheckpoint", "0")
        .pragma("secure_delete", "ON")
        .statement_cache_capacity(STATEMENT_CACHE)
        // Rows that the connection's thread may be ahead of who reads them; runs read pages of thousands.
        .row_buffer_size(1024)
        .disable_statement_logging();
    let pool = |(least, most): (u32, u32)| {
        SqlitePoolOptions::new()
            .min_connections(least)
            .max_connections(most)
            .max_lifetime(None)
            .idle_timeout(None)
            .test_before_acquire(false)
    };
    let waiting = Duration::from_secs(60);
    // A commit that fails, or a statement on a full disk, is rolled back by SQLite itself, and then sqlx cannot: it would
    // take the transaction to be open for ever, and begin the next ones within it, whose commits would be none. Such a
    // connection is replaced.
    // The writer's cache holds what the largest batch dirties. The file is not mapped: the mapping would only ever reach its
    // beginning, and the pages of it count as memory of the process.
    let writer = pool((1, 1))
        .acquire_timeout(waiting)
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .connect_with(connect.clone().pragma("cache_size", "-65536"))
        .await?;
    let readers = if options.read_connections == 0 { 4 } else { options.read_connections };
    let read_only = connect.clone().pragma("cache_size", "-8192").read_only(true).create_if_missing(false);
    let reader = pool((1, readers)).acquire_timeout(ACQUIRE_TIMEOUT).connect_with(read_only.clone()).await?;
    let behind = Threads::behind_calls().map_err(sqlx::Error::Io)?;
    let reports = behind.open(pool((REPORTS, REPORTS)).acquire_timeout(waiting).connect_with(read_only)).await?;
    let copier = behind.open(pool((1, 1)).acquire_timeout(waiting).connect_with(connect)).await?;
    Ok(Pools {
        behind,
        writing: Threads::writing(writers(DbBackend::Sqlite)).map_err(sqlx::Error::Io)?,
        backend: DbBackend::Sqlite,
        log: Some(Log::copied_by(copier, writer.clone())),
        writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
        reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
        reports: SqlxSqliteConnector::from_sqlx_sqlite_pool(reports),
    })
}

async fn open_postgres(options: &Options) -> Result<Pools, Error> {
    let connect = PgConnectOptions::from_str(&options.url)?
        .application_name("guanxi")
        .statement_cache_capacity(STATEMENT_CACHE)
        // A transaction nobody ends (a connection lost between BEGIN and COMMIT) must not hold its rows for ever.
        .options([("idle_in_transaction_session_timeout", "10s"), ("lock_timeout", "5s"), ("timezone", "UTC")])
        // What is large is looked up by keys or read in pages along an index. What PostgreSQL thinks of a table that has grown
        // since it was looked at, or never was, is not to make it read all of it through, gather and sort half of it for a
        // page, or compile what it does once.
        .options([("enable_seqscan", "off"), ("enable_bitmapscan", "off"), ("jit", "off")])
        .disable_statement_logging();
    let cores = std::thread::available_parallelism().map_or(2, |n| u32::try_from(n.get()).unwrap_or(2));
    let pool = |(least, most): (u32, u32), wait: Duration, statement_timeout: &str| {
        let connect = connect.clone().options([("statement_timeout", statement_timeout)]);
        let options = PgPoolOptions::new()
            .min_connections(least)
            .max_connections(most)
            .acquire_timeout(wait)
            // All connections of a process must not reach the end of their lives together.
            .max_lifetime(Duration::from_secs(1800 + u64::from(std::process::id() % 360)))
            .test_before_acquire(false);
        options.connect_with(connect)
    };
    let readers = if options.read_connections == 0 { cores * 2 } else { options.read_connections };
    let writing = Threads::writing(writers(DbBackend::Postgres)).map_err(sqlx::Error::Io)?;
    let writer = writing.open(pool((1, cores * 2), Duration::from_secs(10), "30s")).await?;
    let reader = pool((1, readers), ACQUIRE_TIMEOUT, "10s").await?;
    let reports = pool((REPORTS, REPORTS), Duration::from_secs(60), "300s").await?;
    Ok(Pools {
        behind: Threads::behind_calls().map_err(sqlx::Error::Io)?,
        writing,
        backend: DbBackend::Postgres,
        log: None,
        writer: SqlxPostgresConnector::from_sqlx_postgres_pool(writer),
        reader: SqlxPostgresConnector::from_sqlx_postgres_pool(reader),
        reports: SqlxPostgresConnector::from_sqlx_postgres_pool(reports),
    })
}
