//! Whether anybody waits for an answer of his own: what can wait makes way then.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// How long after the last caller more are to be expected. Callers come one by one, and the next would wait for all that
/// was begun because nobody waited just then.
const EXPECTED: Duration = Duration::from_secs(1);

/// When a caller was here last.
pub(crate) struct Callers {
    began: Instant,
    /// Milliseconds since then, and one; 0 where nobody came yet.
    last: AtomicU64,
}

impl Callers {
    pub(crate) fn new() -> Callers {
        Callers { began: Instant::now(), last: AtomicU64::new(0) }
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

    fn passed(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX - 1)
    }
}

#[cfg(test)]
mod tests {
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
}
