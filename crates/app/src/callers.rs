//! Whether anybody waits for an answer of his own: what can wait makes way then, and writes one at a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::time::{Instant, timeout};

/// How long after the last caller more are to be expected. Callers come one by one, and the next would wait for all that
/// was begun because nobody waited just then.
const EXPECTED: Duration = Duration::from_secs(1);

/// How long what can wait does so for the database's file.
const LONGEST: Duration = Duration::from_secs(5);

/// Whoever has written what can wait leaves as long to callers, but after a transaction that hung for seconds nobody gains from a
/// rest as long.
const LONGEST_REST: Duration = Duration::from_millis(100);

/// When a caller was here last.
pub(crate) struct Callers {
    began: Instant,
    /// Milliseconds since then, and one; 0 where nobody came yet.
    last: AtomicU64,
    /// Taken by whoever writes what can wait.
    turn: Mutex<()>,
}

/// The turn to write what can wait: while callers are expected one has it at a time, of the flushers and runs of the process; else
/// each has one of its own.
pub(crate) struct Turn<'a> {
    _of_all: Option<MutexGuard<'a, ()>>,
}

impl Callers {
    pub(crate) fn new() -> Callers {
        Callers { began: Instant::now(), last: AtomicU64::new(0), turn: Mutex::new(()) }
    }

    /// Waits for the turn to write what can wait. Who waits for it must hold no transaction.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        Turn { _of_all: if self.are_expected() { Some(self.turn.lock().await) } else { None } }
    }

    /// The turn, if nobody else has it.
    pub(crate) fn turn_now(&self) -> Option<Turn<'_>> {
        if !self.are_expected() {
            return Some(Turn { _of_all: None });
        }
        self.turn.try_lock().ok().map(|turn| Turn { _of_all: Some(turn) })
    }

    /// Has the turn whenever the database's file is synced, but not for ever: commits take several times as long beside it, and
    /// callers would wait for those that could wait as well. Ends when the database is closed.
    pub(crate) async fn keep_the_turn_while(&self, mut syncing: watch::Receiver<bool>) {
        while syncing.wait_for(|syncing| *syncing).await.is_ok() {
            // Also where nobody is expected yet.
            let turn = self.turn.lock().await;
            let _ = timeout(LONGEST, syncing.wait_for(|syncing| !syncing)).await;
            drop(turn);
            if syncing.wait_for(|syncing| !syncing).await.is_err() {
                return;
            }
        }
    }

    /// Somebody is here.
    pub(crate) fn note(&self) {
        self.last.store(self.passed() + 1, Ordering::Relaxed);
    }

    /// Whether others will come.
    pub(crate) fn are_expected(&self) -> bool {
        match self.last.load(Ordering::Relaxed) {
            0 => false,
            last => u128::from((self.passed() + 1).saturating_sub(last)) < EXPECTED.as_millis(),
        }
    }

    /// How long whoever has written what can wait, which took so long, writes none of it; nothing where nobody is expected.
    pub(crate) fn rest_after(&self, took: Duration) -> Option<Duration> {
        self.are_expected().then(|| took.min(LONGEST_REST))
    }

    fn passed(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn callers_are_expected_for_a_second_after_one_has_come() {
        let callers = Callers::new();
        assert!(!callers.are_expected());
        callers.note();
        sleep(Duration::from_millis(900)).await;
        assert!(callers.are_expected());
        sleep(Duration::from_millis(200)).await;
        assert!(!callers.are_expected());
    }

    #[tokio::test(start_paused = true)]
    async fn callers_are_left_as_long_as_something_took_within_reason() {
        let callers = Callers::new();
        let (short, long) = (Duration::from_millis(4), Duration::from_secs(30));
        assert_eq!(callers.rest_after(short), None, "nobody is there for whom to rest");
        callers.note();
        assert_eq!(callers.rest_after(short), Some(short));
        assert_eq!(callers.rest_after(long), Some(LONGEST_REST));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_writes_what_can_wait_while_the_file_is_synced() {
        let callers = Callers::new();
        let file = watch::Sender::new(true);
        let mut keeping = pin!(callers.keep_the_turn_while(file.subscribe()));
        assert!(timeout(Duration::from_millis(1), &mut keeping).await.is_err());
        callers.note();
        assert!(callers.turn_now().is_none(), "who comes while it is synced does not wait for what can wait, either");
        assert!(timeout(LONGEST, &mut keeping).await.is_err());
        callers.note();
        assert!(callers.turn_now().is_some(), "it takes too long");
        for (syncing, free) in [(false, true), (true, false), (false, true), (true, false)] {
            file.send_replace(syncing);
            assert!(timeout(Duration::from_millis(1), &mut keeping).await.is_err());
            assert_eq!(callers.turn_now().is_some(), free, "syncing {syncing}");
        }
        drop(file);
        keeping.await;
        assert!(callers.turn_now().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn one_writes_what_can_wait_while_callers_are_expected() {
        let callers = Callers::new();
        let (first, second) = (callers.turn().await, callers.turn_now());
        assert!(second.is_some(), "nobody is there for whom to make way");
        drop((first, second));
        callers.note();
        let first = callers.turn().await;
        assert!(callers.turn_now().is_none());
        let mut second = pin!(callers.turn());
        assert!(timeout(Duration::from_secs(60), &mut second).await.is_err());
        drop(first);
        assert!(timeout(Duration::from_secs(60), second).await.is_ok());
    }
}
