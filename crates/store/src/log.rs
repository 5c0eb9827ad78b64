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

/// Between two looks at the log: pages that many commits touch are copied once for all of them.
const REST: Duration = Duration::from_millis(50);
const LOOK: &str = "PRAGMA wal_checkpoint(NOOP)";
/// As far as it can be done without waiting for anybody.
const COPY: &str = "PRAGMA wal_checkpoint(PASSIVE)";
/// Pages that are worth copying.
const SOME: i64 = 1_000;
/// Copying takes time, and what is committed meanwhile is copied after it, so often.
const TRIES: usize = 3;
/// Pages of a log that is to begin anew: 512 MiB.
const LONG: i64 = 128_000;

/// Has the log copied for as long as it is not dropped.
pub(crate) struct Log {
    grown: Arc<Notify>,
    copier: SqlitePool,
    _copying: JoinSet<()>,
}

/// Pages.
struct Length {
    written: i64,
    copied: i64,
}

impl Length {
    fn left(&self) -> i64 {
        self.written - self.copied
    }
}

impl Log {
    /// `copier` is of one connection, which can write.
    pub(crate) fn copied_by(copier: SqlitePool, writer: SqlitePool) -> Log {
        let grown = Arc::new(Notify::new());
        let mut copying = JoinSet::new();
        copying.spawn(copy_when_grown(Arc::clone(&grown), copier.clone(), writer));
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

async fn copy_when_grown(grown: Arc<Notify>, copier: SqlitePool, writer: SqlitePool) {
    while !copier.is_closed() {
        grown.notified().await;
        if let Err(error) = copy(&copier, &writer, LONG).await
            && !copier.is_closed()
        {
            tracing::warn!(%error, "the log grows: it could not be copied");
        }
        tokio::time::sleep(REST).await;
    }
}

/// Copies what is there to be copied, and all of it where the log is `long`.
pub(crate) async fn copy(copier: &SqlitePool, writer: &SqlitePool, long: i64) -> Result<(), sqlx::Error> {
    let mut length = checkpoint(copier, LOOK).await?;
    for _ in 0..TRIES {
        if length.left() < SOME {
            break;
        }
        checkpoint(copier, COPY).await?;
        length = checkpoint(copier, LOOK).await?;
    }
    // Not for all that has gathered while somebody was reading: the next look comes soon.
    if length.written >= long && length.left() < SOME {
        checkpoint(writer, COPY).await?;
    }
    Ok(())
}

/// How long the log is then. Where another process is copying this one does not.
async fn checkpoint(connection: &SqlitePool, how: &'static str) -> Result<Length, sqlx::Error> {
    let (_, written, copied): (i64, i64, i64) = sqlx::query_as(how).fetch_one(connection).await?;
    Ok(Length { written, copied })
}
