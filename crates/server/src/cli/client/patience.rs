//! Which failures pass by themselves, and how long to wait for that.

use std::error::Error;
use std::time::{Duration, Instant};

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::progress::Progress;

const SHORTEST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);

/// The reasons of the contract (`error_reason.proto`) after which the same request may succeed.
const TEMPORARY: [&str; 6] =
    ["OVERLOADED", "STORAGE_UNAVAILABLE", "SHUTTING_DOWN", "DEADLINE_EXCEEDED", "STREAM_IDLE", "WRITE_CONFLICT"];

/// Whether the same request may succeed a little later.
pub(in crate::cli) fn is_temporary(status: &Status) -> bool {
    let details = status.get_error_details();
    match details.error_info() {
        Some(info) => TEMPORARY.contains(&info.reason.as_str()),
        // Without a reason it is not the service that speaks but a proxy, or a connection that broke.
        None => matches!(
            status.code(),
            Code::Unavailable
                | Code::Cancelled
                | Code::DeadlineExceeded
                | Code::Unknown
                | Code::Internal
                | Code::ResourceExhausted
                | Code::Aborted
        ),
    }
}

/// What a status says, with the fault of the network below it: `tcp connect error: Connection refused`.
pub(in crate::cli) fn why(status: &Status) -> String {
    let (message, root) = (status.message(), root(status));
    match root.downcast_ref::<Status>() {
        Some(_) => message.to_owned(),
        None => format!("{message}: {root}"),
    }
}

/// What an error goes back to.
pub(super) fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut root = error;
    while let Some(below) = root.source() {
        root = below;
    }
    root
}

/// Waits longer and longer between attempts, until they have failed for `limit`.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Patience {
    limit: Duration,
    failing_since: Option<Instant>,
    next: Duration,
}

impl Patience {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, failing_since: None, next: SHORTEST }
    }

    /// Something went well: the next failure is a first one.
    pub(super) fn restore(&mut self) {
        *self = Self::new(self.limit);
    }

    /// Waits before the next attempt; false where there is to be none.
    pub(super) async fn wait(&mut self, progress: &Progress, why: &str) -> bool {
        let Some(pause) = self.pause(Instant::now()) else { return false };
        progress.note(&format!("{why}; trying again in {} ms", pause.as_millis()));
        tokio::time::sleep(pause).await;
        true
    }

    fn pause(&mut self, now: Instant) -> Option<Duration> {
        let since = *self.failing_since.get_or_insert(now);
        let left = self.limit.saturating_sub(now.duration_since(since));
        let pause = self.next.min(left);
        self.next = (self.next * 2).min(LONGEST);
        (!pause.is_zero()).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let mut patience = Patience::new(Duration::from_secs(60));
        let start = Instant::now();
        let mut now = start;
        let mut pauses = Vec::new();
        while let Some(pause) = patience.pause(now) {
            pauses.push(pause.as_millis());
            now += pause;
        }
        assert_eq!(pauses[..7], [200, 400, 800, 1600, 3200, 6400, 10_000]);
        assert_eq!(now - start, Duration::from_secs(60), "the last attempt is at the very end");
        patience.restore();
        assert_eq!(patience.pause(now), Some(SHORTEST));
        assert_eq!(Patience::new(Duration::ZERO).pause(now), None);
    }

    #[test]
    fn a_reason_of_the_service_decides() {
        let overloaded = guanxi_grpc::status::overloaded();
        assert!(is_temporary(&overloaded));
        assert!(!is_temporary(&guanxi_grpc::status::internal("incident")));
        assert!(!is_temporary(&guanxi_grpc::status::too_large(1)));
    }
}
