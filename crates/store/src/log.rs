//! SQLite's log. Every commit goes into it, and from there the pages are copied into the file. SQLite would have that done by
//! the commit that finds the log long, and all who wait for the writer would wait for it as well; here a connection of its
//! own copies, while the writer goes on.
//!
//! The log begins anew once all of it is copied and nobody reads from it any more. While somebody writes it is never all
//! copied, so when it has become long the writer rests for what little is left.
//!
//! SQLite syncs the file when it has copied all of the log, and whoever commits meanwhile waits for the disk as well. So
//! little is not copied before it has become much, or nobody has committed for a while.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqlitePool;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::Error;

/// Between two looks at the log: pages that many commits touch are copied once for all of them.
const REST: Duration = Duration::from_millis(50);
/// The same where not all could be copied that should be: somebody reads what was there before, more is committed than can be
/// copied, or the database has a fault.
const LONG_REST: Duration = Duration::from_millis(500);
/// Nobody has committed for so long: what is left is copied, however little it is.
const QUIET: Duration = Duration::from_secs(1);
/// Since SQLite 3.51.
const LOOK: &str = "PRAGMA wal_checkpoint(NOOP)";
/// As far as it can be done without waiting for anybody.
const COPY: &str = "PRAGMA wal_checkpoint(PASSIVE)";
/// Pages that are worth copying while others commit: 64 MiB.
const SOME: i64 = 16_000;
/// Pages that are copied in a moment.
const LITTLE: i64 = 500;
/// How long everybody may wait for that, several times.
const MOMENT: Duration = Duration::from_millis(10);
/// How long everybody may wait for the file to be synced as well, once it takes no longer.
const SHORT: Duration = Duration::from_millis(50);
/// Copying takes time, and what is committed meanwhile is copied after it, so often.
const TRIES: usize = 6;
/// Pages of a log that is to begin anew: 2 GiB.
const LONG: i64 = 512_000;

/// Has the log copied for as long as it is not dropped.
pub(crate) struct Log {
    grown: Arc<Notify>,
    copier: SqlitePool,
    /// Whether the log is about to begin anew.
    syncing: watch::Receiver<bool>,
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
        let who = Copying::of(copier.clone(), writer, LONG);
        let syncing = who.syncing.subscribe();
        copying.spawn(who.whenever(Arc::clone(&grown)));
        Log { grown, copier, syncing, _copying: copying }
    }

    /// Somebody has committed.
    pub(crate) fn grew(&self) {
        self.grown.notify_one();
    }

    /// Whether the log is about to begin anew: the file is synced, beside which commits take several times as long.
    pub(crate) fn syncing(&self) -> watch::Receiver<bool> {
        self.syncing.clone()
    }

    /// Copies no more. What is left is copied when the last connection closes.
    pub(crate) async fn close(&self) {
        self.copier.close().await;
        // Who copies ends, too.
        self.grown.notify_one();
    }
}

/// Who copies.
struct Copying {
    copier: SqlitePool,
    writer: SqlitePool,
    syncing: watch::Sender<bool>,
    long: i64,
    /// The length from which on the writer is taken.
    bar: i64,
}

impl Copying {
    fn of(copier: SqlitePool, writer: SqlitePool, long: i64) -> Copying {
        Copying { copier, writer, syncing: watch::Sender::new(false), long, bar: long }
    }

    /// At once, for what somebody may have left, and then whenever the log has grown.
    async fn whenever(mut self, grown: Arc<Notify>) {
        let mut worth = 1;
        while !self.copier.is_closed() {
            let again = self.copy(worth).await.unwrap_or_else(|error| {
                if !self.copier.is_closed() {
                    tracing::warn!(%error, "the log could not be copied, and grows");
                }
                Again::Later
            });
            worth = if again.or_quiet(&grown).await { 1 } else { SOME };
        }
    }

    /// Copies what is there to be copied if so much is, and all of it where the log is long. Says when to look again.
    async fn copy(&mut self, worth: i64) -> Result<Again, Error> {
        let looked = checkpoint(&self.copier, LOOK).await?;
        if looked.written < self.long {
            self.bar = self.long;
        }
        let worth = if looked.written >= self.bar { LITTLE } else { worth };
        let mut length = self.catch_up(looked, worth).await?;
        if self.may_begin_anew(length) {
            self.syncing.send_replace(true);
            let begun = self.begin_anew(length).await;
            self.syncing.send_replace(false);
            length = begun?;
        }
        Ok(match length.left() {
            0 => Again::WhenGrown,
            left if left >= worth => Again::Later,
            _ => Again::WhenGrownOrQuiet,
        })
    }

    /// Copies until less is left than is worth it, or nothing more can be copied.
    async fn catch_up(&self, mut length: Length, worth: i64) -> Result<Length, Error> {
        for _ in 0..TRIES {
            if length.left() < worth {
                break;
            }
            let before = length.copied;
            checkpoint(&self.copier, COPY).await?;
            length = checkpoint(&self.copier, LOOK).await?;
            if length.copied == before {
                break;
            }
        }
        Ok(length)
    }

    /// Whether the log is long and little of it left. Not where much is left, which is because somebody reads, or because
    /// more is committed than can be copied beside it; for that the writer rests once the log is twice as long.
    fn may_begin_anew(&self, length: Length) -> bool {
        length.written >= self.bar && (length.left() < LITTLE || length.written >= 2 * self.long)
    }

    /// Has a long log copied to its end while the writer rests. The file is synced then, and everybody would wait for a second
    /// or more where all of a long log is to be synced. So that is done before, beside the writer: each time less is left, what
    /// was committed meanwhile, until it takes no longer than the writer may rest. Where it does not come to that, because
    /// somebody reads or the processors are taken, it is tried again when more has been written, and once the log is twice as
    /// long the writer waits for however long it takes.
    async fn begin_anew(&mut self, mut length: Length) -> Result<Length, Error> {
        self.bar = length.written + self.long / 8;
        let mut resting = MOMENT;
        for _ in 0..TRIES {
            if length.left() >= LITTLE {
                break;
            }
            if self.sync(resting).await? < SHORT {
                resting = SHORT;
            }
            length = checkpoint(&self.copier, LOOK).await?;
            if length.left() == 0 || length.written < self.long {
                return Ok(length);
            }
            length = self.catch_up(length, LITTLE).await?;
        }
        if length.written >= 2 * self.long {
            // By the writer itself: who copies gives way to all others.
            length = checkpoint(&self.writer, COPY).await?;
        }
        Ok(length)
    }

    /// Has the file synced, and says how long it took. SQLite does so when nobody has committed while it copied: so long the
    /// writer rests, but no longer than it is told, and goes on while the file is synced.
    async fn sync(&self, resting: Duration) -> Result<Duration, Error> {
        let writer = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let began = Instant::now();
        let mut copying = pin!(checkpoint(&self.copier, COPY));
        let copied = timeout(resting, &mut copying).await;
        writer.rollback().await?;
        match copied {
            Ok(copied) => copied?,
            Err(_) => copying.await?,
        };
        Ok(began.elapsed())
    }
}

/// When to look at the log again.
#[derive(Debug, PartialEq)]
enum Again {
    /// All of it is copied.
    WhenGrown,
    /// Little is left.
    WhenGrownOrQuiet,
    /// More is left than should be.
    Later,
}

impl Again {
    /// Waits until then, and says whether nobody has committed for a while.
    async fn or_quiet(self, grown: &Notify) -> bool {
        let rest = match self {
            Again::WhenGrown => {
                grown.notified().await;
                REST
            }
            Again::WhenGrownOrQuiet if timeout(QUIET, grown.notified()).await.is_err() => return true,
            Again::WhenGrownOrQuiet => REST,
            Again::Later => LONG_REST,
        };
        sleep(rest).await;
        false
    }
}

/// How long the log is then. Where another process is copying this one does not.
async fn checkpoint(connection: &SqlitePool, how: &'static str) -> Result<Length, Error> {
    let (_, written, copied): (i64, i64, i64) = sqlx::query_as(how).fetch_one(connection).await?;
    Ok(Length { written, copied })
}

#[cfg(test)]
mod tests;
