//! What is forgotten after its time: deleted customers after 30 days, changes after 30, request ids after 7, ended
//! operations after 30. In small pieces, so that nobody waits.

use std::time::Duration;

use guanxi_model::customer::KEEP_DELETED;
use guanxi_model::{Clock, Timestamp};
use guanxi_store::{Expired, Store};
use tokio_util::sync::CancellationToken;

use crate::Error;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const KEEP_REQUESTS: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const EVERY: Duration = Duration::from_secs(600);
/// Rows that one transaction forgets.
const PIECE: usize = 500;

/// Forgets what is due every ten minutes until it is told to stop.
pub(crate) async fn run(store: Store, clock: Clock, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = tidy(&store, clock.now(), &stop).await {
            tracing::warn!(%error, "housekeeping has to wait");
        }
    }
}

async fn tidy(store: &Store, now: Timestamp, stop: &CancellationToken) -> Result<(), Error> {
    let ago = |time: Duration| Timestamp(now.0.saturating_sub(i64::try_from(time.as_micros()).unwrap_or(i64::MAX)));
    let due = [
        (Expired::CustomerRequests, ago(KEEP_REQUESTS)),
        (Expired::CatalogueRequests, ago(KEEP_REQUESTS)),
        (Expired::Changes, ago(30 * DAY)),
        (Expired::Operations, ago(30 * DAY)),
        (Expired::Customers, ago(KEEP_DELETED)),
    ];
    for (what, before) in due {
        loop {
            let tx = store.begin().await?;
            let forgotten = tx.forget(what, before, PIECE).await?;
            tx.commit().await?;
            if forgotten < PIECE as u64 || stop.is_cancelled() {
                break;
            }
        }
    }
    Ok(())
}
