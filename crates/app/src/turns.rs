//! Looking at many customers without holding up calls that wait for the same processor.

use std::time::Duration;

use guanxi_store::PAGE;
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::callers::Callers;

/// Customers looked at before others have their turn: about a quarter of a millisecond.
const TURN: usize = 100;
/// The same while nobody is expected: to let others have theirs costs a little, too.
const LONG_TURN: usize = 500;
/// How long an operation leaves the processor to callers after each turn.
const PAUSE: Duration = Duration::from_millis(1);

/// How much an operation reads at a time; while callers are expected no more than it looks at in a turn. What the database
/// does for a page it does in one go, on PostgreSQL by a process that has no reason to give way.
pub(crate) fn page(callers: &Callers) -> usize {
    if callers.are_expected() { TURN } else { PAGE }
}

/// Looks at all of them, a few at a time.
pub async fn look<'a, T>(at_all: &'a [T], mut at: impl FnMut(&'a T)) {
    for some in at_all.chunks(TURN) {
        some.iter().for_each(&mut at);
        yield_now().await;
    }
}

/// The same for an operation, which can wait: it slows down while there are callers.
pub(crate) async fn look_behind<'a, T>(callers: &Callers, at_all: &'a [T], mut at: impl FnMut(&'a T)) {
    let mut rest = at_all;
    while !rest.is_empty() {
        let turn = if callers.are_expected() { TURN } else { LONG_TURN };
        let (some, others) = rest.split_at(rest.len().min(turn));
        some.iter().for_each(&mut at);
        rest = others;
        make_way(callers).await;
    }
}

/// Leaves the processor to callers for a while, if any are expected, else others have their turn. To let others have theirs is
/// not enough: the thread goes on with what it has, and the system may put who wakes up behind it.
pub(crate) async fn make_way(callers: &Callers) {
    if callers.are_expected() {
        sleep(PAUSE).await;
    } else {
        yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pages_are_short_while_callers_are_expected() {
        let callers = Callers::new();
        assert_eq!(page(&callers), PAGE);
        callers.note();
        assert_eq!(page(&callers), TURN);
    }
}
