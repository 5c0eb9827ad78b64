//! SQLite's log. Every commit goes into it, and from there the pages are copied into the file. SQLite would have that done by
//! the commit that finds the log long, and all who wait for the writer would wait for it as well; here a connection of its
//! own copies, while the writer goes on.
//!
//! The log begins anew once all of it is copied and nobody reads from it any more. While somebody writes it is never all
//! copied, so when it has become long the writer rests for what little is left.

use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqlitePool;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::Error;

/// Between two looks at the log: pages that many commits touch are copied once for all of them.
const REST: Duration = Duration::from_millis(50);
/// The same where nothing could be copied: somebody reads what was there before, or the database has a fault.
const LONG_REST: Duration = Duration::from_millis(500);
/// Since SQLite 3.51.
const LOOK: &str = "PRAGMA wal_checkpoint(NOOP)";
/// As far as it can be done without waiting for anybody.
const COPY: &str = "PRAGMA wal_checkpoint(PASSIVE)";
/// Pages that are worth copying.
const SOME: i64 = 1_000;
/// Copying takes time, and what is committed meanwhile is copied after it, so often. The file is synced by the first copying
/// that nobody commits beside.
const TRIES: usize = 6;
/// Pages of a log that is to begin anew: 512 MiB.
const LONG: i64 = 128_000;

/// Has the log copied for as long as it is not dropped.
pub(crate) struct Log {
    grown: Arc<Notify>,
    copier: SqlitePool,
    _copying: JoinSet<()>,
}

/// Pages.
#[derive(Clone, Copy)]
struct Length {
    written: i64,
    copied: i64,
}

impl Length {
    fn left(self) -> i64 {
        self.written - self.copied
    }
}

impl Log {
    /// `copier` is of one connection, which can write.
    pub(crate) fn copied_by(copier: SqlitePool, writer: SqlitePool) -> Log {
        let grown = Arc::new(Notify::new());
        let mut copying = JoinSet::new();
        copying.spawn(Copying::of(copier.clone(), writer, LONG).whenever(Arc::clone(&grown)));
        Log { grown, copier, _copying: copying }
    }

    /// Somebody has committed.
    pub(crate) fn grew(&self) {
        self.grown.notify_one();
    }

    /// Copies no more. What is left is copied when the last connection closes.
    pub(crate) async fn close(&self) {
        self.copier.close().await;
    }
}

/// Who copies.
struct Copying {
    copier: SqlitePool,
    writer: SqlitePool,
    long: i64,
    /// The length from which on the writer is taken.
    bar: i64,
}

impl Copying {
    fn of(copier: SqlitePool, writer: SqlitePool, long: i64) -> Copying {
        Copying { copier, writer, long, bar: long }
    }

    /// At once, for what somebody may have left, and then whenever the log has grown.
    async fn whenever(mut self, grown: Arc<Notify>) {
        while !self.copier.is_closed() {
            let again = self.copy().await.unwrap_or_else(|error| {
                if !self.copier.is_closed() {
                    tracing::warn!(%error, "the log could not be copied, and grows");
                }
                Some(LONG_REST)
            });
            if again.is_none() {
                grown.notified().await;
            }
            tokio::time::sleep(again.unwrap_or(REST)).await;
        }
    }

    /// Copies what is there to be copied, and all of it where the log is long. Where much is left it says when to look again.
    async fn copy(&mut self) -> Result<Option<Duration>, Error> {
        let mut length = checkpoint(&self.copier, LOOK).await?;
        let mut rest = REST;
        for _ in 0..TRIES {
            let enough = if length.written >= self.bar { 1 } else { SOME };
            if length.left() < enough {
                break;
            }
            let before = length.copied;
            checkpoint(&self.copier, COPY).await?;
            length = checkpoint(&self.copier, LOOK).await?;
            if length.copied == before {
                rest = LONG_REST;
                break;
            }
        }
        self.begin_anew(length).await?;
        Ok((length.left() >= SOME).then_some(rest))
    }

    /// Has a long log copied to its end while the writer rests. Not where much is left, which is because somebody reads, or
    /// because more is committed than can be copied beside it; for that the writer waits once the log is four times as long.
    async fn begin_anew(&mut self, length: Length) -> Result<(), Error> {
        if length.written < self.long {
            self.bar = self.long;
        }
        let little = length.left() < SOME || length.written >= 4 * self.long;
        if length.written >= self.bar && little {
            checkpoint(&self.writer, COPY).await?;
            // Whoever reads just then keeps it from beginning anew: not again at the next commit.
            self.bar = length.written + self.long / 8;
        }
        Ok(())
    }
}

/// How long the log is then. Where another process is copying this one does not.
async fn checkpoint(connection: &SqlitePool, how: &'static str) -> Result<Length, Error> {
    let (_, written, copied): (i64, i64, i64) = sqlx::query_as(how).fetch_one(connection).await?;
    Ok(Length { written, copied })
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
    use sqlx::{Sqlite, Transaction};
    use tempfile::TempDir;

    use super::*;

    /// Long, in pages.
    const LONG: i64 = 2_000;

    /// A writer, a copier and a reader of one file, which nobody else copies.
    async fn opened() -> (SqlitePool, SqlitePool, SqlitePool, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let file = SqliteConnectOptions::new().filename(folder.path().join("log.db")).create_if_missing(true);
        let file = file.journal_mode(SqliteJournalMode::Wal).pragma("wal_autocheckpoint", "0");
        let one = || SqlitePoolOptions::new().max_connections(1).connect_with(file.clone());
        let (writer, copier, reader) = (one().await.unwrap(), one().await.unwrap(), one().await.unwrap());
        commit(&writer, "CREATE TABLE numbers (number INTEGER)").await;
        commit(&writer, "CREATE TABLE blobs (blob BLOB)").await;
        (writer, copier, reader, folder)
    }

    async fn commit(writer: &SqlitePool, sql: &'static str) {
        sqlx::query(sql).execute(writer).await.unwrap();
    }

    async fn numbers(reading: &mut Transaction<'_, Sqlite>) -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM numbers").fetch_one(&mut **reading).await.unwrap()
    }

    #[tokio::test]
    async fn log_is_copied_and_begins_anew_once_nobody_reads_from_it() {
        let (writer, copier, reader, _folder) = opened().await;
        let mut copying = Copying::of(copier, writer.clone(), LONG);
        let mut reading = reader.begin().await.unwrap();
        assert_eq!(numbers(&mut reading).await, 0);
        commit(&writer, "INSERT INTO blobs VALUES (zeroblob(12 * 1048576))").await;
        commit(&writer, "INSERT INTO numbers VALUES (1)").await;
        let again = copying.copy().await.unwrap();
        assert_eq!(again, Some(LONG_REST), "somebody reads what was there before");
        assert_eq!(numbers(&mut reading).await, 0);
        let long = checkpoint(&writer, LOOK).await.unwrap();
        assert!(long.written > 3_000 && long.copied < LONG, "{}, {}", long.written, long.copied);
        reading.rollback().await.unwrap();
        assert_eq!(copying.copy().await.unwrap(), None);
        assert_eq!(checkpoint(&writer, LOOK).await.unwrap().copied, long.written);
        commit(&writer, "INSERT INTO numbers VALUES (2)").await;
        assert!(checkpoint(&writer, LOOK).await.unwrap().written < 10, "it has begun anew");
        assert_eq!(numbers(&mut reader.begin().await.unwrap()).await, 2);
    }

    #[tokio::test]
    async fn writer_rests_for_what_is_left_of_a_long_log_and_not_again_for_the_next_commit() {
        let (writer, copier, reader, _folder) = opened().await;
        let mut copying = Copying::of(copier.clone(), writer.clone(), LONG);
        commit(&writer, "INSERT INTO blobs VALUES (zeroblob(12 * 1048576))").await;
        // Somebody reads from the log all the time, so that it does not begin anew.
        let mut reading = reader.begin().await.unwrap();
        numbers(&mut reading).await;
        checkpoint(&copier, COPY).await.unwrap();
        for left in [0, 1] {
            commit(&writer, "INSERT INTO numbers VALUES (1)").await;
            let length = checkpoint(&copier, LOOK).await.unwrap();
            reading.rollback().await.unwrap();
            reading = reader.begin().await.unwrap();
            numbers(&mut reading).await;
            copying.begin_anew(length).await.unwrap();
            assert_eq!(checkpoint(&copier, LOOK).await.unwrap().left(), left);
        }
        assert!(copying.bar > LONG);
        reading.rollback().await.unwrap();
        checkpoint(&copier, COPY).await.unwrap();
        commit(&writer, "INSERT INTO numbers VALUES (1)").await;
        copying.copy().await.unwrap();
        assert_eq!(copying.bar, LONG, "it has begun anew, and may become long once more");
    }

    #[tokio::test]
    async fn writer_waits_for_much_only_once_the_log_is_four_times_as_long() {
        let (writer, copier, _reader, _folder) = opened().await;
        let mut copying = Copying::of(copier.clone(), writer.clone(), LONG);
        for (sql, waits) in [
            ("INSERT INTO blobs VALUES (zeroblob(12 * 1048576))", false),
            ("INSERT INTO blobs VALUES (zeroblob(24 * 1048576))", true),
        ] {
            commit(&writer, sql).await;
            let length = checkpoint(&copier, LOOK).await.unwrap();
            assert!(length.written > LONG && length.left() > SOME);
            copying.begin_anew(length).await.unwrap();
            assert_eq!(checkpoint(&copier, LOOK).await.unwrap().left() == 0, waits);
        }
    }
}
