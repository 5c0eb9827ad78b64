//! Reading facts from the first to the last, for operations that change nothing. A walk keeps how far it is and sees that it is
//! cancelled, also while it waits for a page: where few of many facts are asked for, one page takes as long as all that lie
//! between, and who waits longer than a lease would lose it at every attempt.

use std::pin::pin;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::Held;
use super::pages::Pages;
use super::population::CHECKPOINT;
use crate::callers::Callers;
use crate::error::Error;

/// How many facts were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsProgress {
    pub done: i64,
}

/// How reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Read,
    Full,
    Cancelled,
}

/// What comes next.
pub(super) enum Next<P> {
    Page(P),
    /// Everything was read.
    Over,
    Cancelled,
}

/// See the module.
pub(super) struct Walk<'a, A, P> {
    held: &'a Held<'a>,
    pages: Pages<A, P>,
    progress: RecordsProgress,
    /// When it last kept how far it is.
    kept: Instant,
}

impl<'a, A: Send + 'static, P: Send + 'static> Walk<'a, A, P> {
    /// From the first of these pages on.
    pub(super) fn of(held: &'a Held<'a>, pages: Pages<A, P>) -> Walk<'a, A, P> {
        Walk { held, pages, progress: RecordsProgress::default(), kept: Instant::now() }
    }

    /// For whom to make way.
    pub(super) fn callers(&self) -> &'a Callers {
        self.held.callers()
    }

    /// So many more were looked at.
    pub(super) fn done(&mut self, facts: usize) {
        self.progress.done += facts as i64;
    }

    pub(super) async fn next(&mut self) -> Result<Next<P>, Error> {
        let (held, progress) = (self.held, &self.progress);
        if self.kept.elapsed() >= CHECKPOINT {
            if !goes_on(held, progress).await? {
                return Ok(Next::Cancelled);
            }
            self.kept = Instant::now();
        }
        Ok(match unless_stopped(self.pages.next(), || goes_on(held, progress)).await? {
            Some(Some(page)) => Next::Page(page),
            Some(None) if goes_on(held, progress).await? => Next::Over,
            Some(None) | None => Next::Cancelled,
        })
    }
}

/// Keeps how far it is; whether nobody has asked to cancel it.
pub(super) async fn goes_on(held: &Held<'_>, progress: &impl Serialize) -> Result<bool, Error> {
    let tx = held.store().begin().await?;
    let cancel = held.advance(&tx, progress).await?;
    tx.commit().await?;
    Ok(!cancel)
}

/// What is waited for; every so often it is asked whether it is to go on, and nothing comes of it where it is not. What is
/// waited for holds no transaction: it rests meanwhile.
pub(super) async fn unless_stopped<T, F: Future<Output = Result<bool, Error>>>(
    waits: impl Future<Output = Result<T, Error>>,
    mut goes_on: impl FnMut() -> F,
) -> Result<Option<T>, Error> {
    let mut waits = pin!(waits);
    loop {
        tokio::select! {
            biased;
            found = &mut waits => return found.map(Some),
            () = tokio::time::sleep(CHECKPOINT) => {}
        }
        if !goes_on().await? {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn page_after(seconds: u64) -> Result<u64, Error> {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        Ok(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn long_waiting_is_spoken_of_and_ends_when_it_may_not_go_on() {
        let mut times = 0;
        let found = unless_stopped(page_after(60), || {
            times += 1;
            async { Ok(true) }
        });
        assert_eq!(found.await.unwrap(), Some(60));
        // Every second, but at the last the page is there.
        assert_eq!(times, 59);
        let stopped = unless_stopped(page_after(60), || async { Ok(false) }).await;
        assert_eq!(stopped.unwrap(), None);
        let lost = unless_stopped(page_after(60), || async { Err(Error::Conflict) }).await;
        assert!(matches!(lost, Err(Error::Conflict)), "who has lost the lease gives up");
        assert_eq!(unless_stopped(page_after(0), || async { Ok(false) }).await.unwrap(), Some(0));
    }
}
