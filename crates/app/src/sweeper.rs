//! Looks at the customers whom the passing of time may have moved. Each has a time at which that is due; nobody else is
//! read. Several processes share the work by taking different ones of those who are due; where two take the same, who comes
//! second finds that nothing is due any longer.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Weak;
use std::time::Duration;

use guanxi_model::Clock;
use guanxi_store::Reader;
use tokio_util::sync::CancellationToken;

use crate::command::{Command, Grouping, Urgency};
use crate::committer::Committer;
use crate::error::Error;

/// How often it looks who is due.
const EVERY: Duration = Duration::from_secs(1);
/// Customers taken at a time.
const BATCH: usize = 500;
/// Customers they are taken from, the longest due: each process prefers others of them.
const CHOICE: usize = 8 * BATCH;

/// See the module.
pub(crate) struct Sweeper {
    pub(crate) reader: Reader,
    pub(crate) clock: Clock,
    /// The committer ends when the application stops; nothing is to hold it longer.
    pub(crate) committer: Weak<Committer>,
}

impl Sweeper {
    /// Sweeps until it is told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            if let Err(error) = self.sweep(&stop).await {
                tracing::warn!(%error, "who is due has to wait");
            }
        }
    }

    async fn sweep(&self, stop: &CancellationToken) -> Result<(), Error> {
        let preference = RandomState::new();
        while !stop.is_cancelled() {
            let mut due = self.reader.due(self.clock.now(), CHOICE).await?;
            let (Some(committer), false) = (self.committer.upgrade(), due.is_empty()) else { return Ok(()) };
            let full = due.len() > BATCH;
            due.sort_by_cached_key(|customer| preference.hash_one(customer));
            due.truncate(BATCH);
            let looks = due.into_iter().map(Command::Look).collect();
            let looked = committer.submit(looks, Grouping::Each, Urgency::Bulk).await?;
            // Where nobody could be looked at, the next second may be better.
            if !full || looked.iter().all(Result::is_err) {
                return Ok(());
            }
        }
        Ok(())
    }
}
