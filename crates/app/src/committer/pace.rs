//! How much bulk work one transaction may take on. While nobody waits for an answer of his own, as much as is there;
//! while somebody does, what fits into 10 ms by the speed seen so far.

use std::time::Duration;

/// A bulk transaction's share of the writer while interactive commands come in.
const SLICE: Duration = Duration::from_millis(10);
/// Bulk commands of one transaction when nobody else is there: what they dirty, about four pages each, fits into the
/// writer's cache on SQLite.
const MOST: usize = 4_000;

/// See the module.
pub(super) struct Pace {
    per_command: Duration,
    somebody_waits: bool,
}

impl Pace {
    pub(super) fn new() -> Self {
        Pace { per_command: Duration::from_micros(100), somebody_waits: false }
    }

    /// How many bulk commands the next transaction may take.
    pub(super) fn allowance(&self) -> usize {
        if !self.somebody_waits {
            return MOST;
        }
        let fits = SLICE.as_nanos() / self.per_command.as_nanos().max(1);
        usize::try_from(fits).unwrap_or(MOST).clamp(1, MOST)
    }

    /// Learns from a transaction: how many commands of each sort it held and how long it took.
    pub(super) fn learn(&mut self, interactive: usize, bulk: usize, took: Duration) {
        self.somebody_waits = interactive > 0;
        if bulk > 0 {
            let count = u32::try_from(interactive + bulk).unwrap_or(u32::MAX);
            // A moving average, so that one slow commit does not stop an import.
            self.per_command = (self.per_command * 3 + took / count) / 4;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bulk_takes_everything_until_somebody_waits_and_then_what_fits() {
        let mut pace = Pace::new();
        assert_eq!(pace.allowance(), MOST);
        for _ in 0..50 {
            pace.learn(1, 99, Duration::from_millis(5));
        }
        assert!((150..=250).contains(&pace.allowance()), "10 ms at 50 us each, got {}", pace.allowance());
        pace.learn(0, 100, Duration::from_millis(5));
        assert_eq!(pace.allowance(), MOST);
    }
}
