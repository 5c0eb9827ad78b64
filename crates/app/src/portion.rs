//! How much bulk work one transaction takes on. While nobody waits for an answer of his own, as much as is there; while
//! callers come, what fits into 4 ms by the speed seen so far.

use std::time::Duration;

/// A bulk transaction's share of the writer while callers come.
const SLICE: Duration = Duration::from_millis(4);

/// See the module.
pub(crate) struct Portion {
    most: usize,
    per_item: Duration,
}

impl Portion {
    /// At most so much, when nobody else is there.
    pub(crate) fn of(most: usize) -> Portion {
        Portion { most, per_item: Duration::from_micros(100) }
    }

    /// What the next transaction may take.
    pub(crate) fn next(&self, callers_expected: bool) -> usize {
        if !callers_expected {
            return self.most;
        }
        let fits = SLICE.as_nanos() / self.per_item.as_nanos().max(1);
        usize::try_from(fits).unwrap_or(self.most).clamp(1, self.most)
    }

    /// Learns from a transaction: how much it held and how long it took.
    pub(crate) fn learn(&mut self, items: usize, took: Duration) {
        if let Some(each) = took.checked_div(u32::try_from(items).unwrap_or(u32::MAX)) {
            // A moving average, so that one slow commit does not stop an import.
            self.per_item = (self.per_item * 3 + each) / 4;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_until_callers_come_and_then_what_fits() {
        let mut portion = Portion::of(4_000);
        for _ in 0..50 {
            portion.learn(100, Duration::from_millis(5));
        }
        assert_eq!(portion.next(false), 4_000);
        assert!((60..=100).contains(&portion.next(true)), "4 ms at 50 us each, got {}", portion.next(true));
        portion.learn(0, Duration::from_secs(1));
        assert!((60..=100).contains(&portion.next(true)), "nothing is learnt from nothing");
    }

    #[test]
    fn something_is_always_done() {
        let mut portion = Portion::of(4_000);
        portion.learn(1, Duration::from_secs(3));
        assert_eq!(portion.next(true), 1);
    }
}
