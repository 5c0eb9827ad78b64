//! Where the time comes from. Whoever needs the time holds a [`Clock`] or is told it; tests hold the hands themselves.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Timestamp;

/// A source of the time, cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The clock of the machine. It may step backwards; nothing may rely on its order.
    pub fn system() -> Self {
        Self(Arc::new(|| {
            let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Timestamp::default().checked_add(since_epoch).unwrap_or_default()
        }))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// A clock that stands still until it is set. Clones share their hands.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `start`.
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.0)))
    }

    /// Shows another time, be it earlier.
    pub fn set(&self, time: Timestamp) {
        self.0.store(time.0, Ordering::Release);
    }

    /// Goes on by `duration`.
    pub fn advance(&self, duration: Duration) {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, Ordering::AcqRel);
    }

    /// The time shown.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Acquire))
    }

    /// This clock, as whoever needs the time takes it.
    pub fn clock(&self) -> Clock {
        let hands = self.clone();
        Clock(Arc::new(move || hands.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_clock_shows_this_century() {
        assert!(Clock::system().now().to_string().starts_with("20"));
    }

    #[test]
    fn manual_clock_moves_only_by_hand() {
        let hands = ManualClock::at(Timestamp(10));
        let clock = hands.clock();
        assert_eq!(clock.now(), Timestamp(10));
        hands.advance(Duration::from_millis(1));
        assert_eq!(clock.now(), Timestamp(1010));
        hands.set(Timestamp(-5));
        assert_eq!((clock.now(), hands.now()), (Timestamp(-5), Timestamp(-5)));
    }
}
