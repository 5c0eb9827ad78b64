//! The pace of whoever reads everybody. It keeps how far it is, which renews the lease, and sees that it is cancelled, after
//! every page and also while it waits for one: where few of many facts are asked for, one page takes as long as all that lie
//! between, and who waits longer than a lease would lose it at every attempt.

use std::pin::pin;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::Held;
use super::pages::Pages;
use crate::callers::Callers;
use crate::error::Error;
use crate::turns;

/// How often an operation that writes nothing else keeps how far it is; its lease lasts longer.
pub(super) const CHECKPOINT: Duration = Duration::from_secs(1);

/// Whoever reads everybody, and is told of every page.
pub(super) trait Pace {
    /// For whom to make way.
    fn callers(&self) -> &Callers;

    /// So many more are done. False where the operation was cancelled.
    fn done(&mut self, more: usize) -> impl Future<Output = Result<bool, Error>> + Send;
}

/// How far an operation is, as it is kept.
pub(super) trait Progress: Serialize + Send + Sync {
    /// How many were looked at.
    fn done(&mut self) -> &mut i64;
}

/// The pace of an operation that writes nothing but how far it is.
pub(super) struct Steps<'a, P> {
    held: &'a Held<'a>,
    pub(super) progress: P,
    /// When it was last kept.
    kept: Instant,
}

impl<'a, P: Progress> Steps<'a, P> {
    pub(super) fn of(held: &'a Held<'a>, progress: P) -> Steps<'a, P> {
        Steps { held, progress, kept: Instant::now() }
    }

    /// Keeps how far it is. False where somebody has asked to cancel it.
    pub(super) async fn keep(&mut self) -> Result<bool, Error> {
        let tx = self.held.store().begin().await?;
        let cancel = self.held.advance(&tx, &self.progress).await?;
        tx.commit().await?;
        self.kept = Instant::now();
        Ok(!cancel)
    }
}

impl<P: Progress> Pace for Steps<'_, P> {
    fn callers(&self) -> &Callers {
        self.held.callers()
    }

    async fn done(&mut self, more: usize) -> Result<bool, Error> {
        *self.progress.done() += more as i64;
        if self.kept.elapsed() < CHECKPOINT { Ok(true) } else { self.keep().await }
    }
}

/// The next page, nothing after the last one, however long it takes; nothing at all where the operation was cancelled.
pub(super) async fn next_page<A: Send + 'static, P: Send + 'static>(
    pace: &mut impl Pace,
    pages: &mut Pages<A, P>,
) -> Result<Option<Option<P>>, Error> {
    let most = turns::page(pace.callers());
    unless_cancelled(pace, pages.next(most)).await
}

/// What is waited for, which must hold no transaction: it rests while the operation keeps how far it is.
pub(super) async fn unless_cancelled<T>(
    pace: &mut impl Pace,
    waits: impl Future<Output = Result<T, Error>>,
) -> Result<Option<T>, Error> {
    let mut waits = pin!(waits);
    loop {
        tokio::select! {
            biased;
            found = &mut waits => return found.map(Some),
            () = tokio::time::sleep(CHECKPOINT) => {}
        }
        if !pace.done(0).await? {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goes on so often, then ends so.
    struct Told {
        callers: Callers,
        times: u32,
        end: fn() -> Result<bool, Error>,
    }

    impl Pace for Told {
        fn callers(&self) -> &Callers {
            &self.callers
        }

        async fn done(&mut self, _: usize) -> Result<bool, Error> {
            match self.times.checked_sub(1) {
                Some(times) => {
                    self.times = times;
                    Ok(true)
                }
                None => (self.end)(),
            }
        }
    }

    async fn page_after(seconds: u64) -> Result<u64, Error> {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        Ok(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn long_waiting_is_spoken_of_and_ends_when_it_may_not_go_on() {
        let told = |times, end| Told { callers: Callers::new(), times, end };
        // Every second, but at the last the page is there.
        let mut pace = told(60, || Ok(false));
        assert_eq!(unless_cancelled(&mut pace, page_after(60)).await.unwrap(), Some(60));
        assert_eq!(pace.times, 1);
        let cancelled = unless_cancelled(&mut told(58, || Ok(false)), page_after(60)).await;
        assert_eq!(cancelled.unwrap(), None);
        let lost = unless_cancelled(&mut told(0, || Err(Error::Conflict)), page_after(60)).await;
        assert!(matches!(lost, Err(Error::Conflict)), "who has lost the lease gives up");
        assert_eq!(unless_cancelled(&mut told(0, || Ok(false)), page_after(0)).await.unwrap(), Some(0));
    }
}
