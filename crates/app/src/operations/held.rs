//! What an operation can do that this process holds the lease of: keep how far it is, have commands carried out, end. It cannot
//! do any of these once the lease is lost.

use std::sync::Arc;
use std::time::Duration;

use guanxi_model::{OperationId, Timestamp};
use guanxi_store::{OperationState, Store, Tx};
use serde::Serialize;

use super::OperationOutcome;
use super::runner::Runner;
use crate::callers::Callers;
use crate::command::{Command, Grouping, Urgency};
use crate::committer::Answers;
use crate::error::Error;
use crate::seat::Moment;

/// How long a lease lasts unless it is renewed; chunks are far shorter.
const LEASE: Duration = Duration::from_secs(15);
/// Until when whoever takes or keeps an operation now holds it.
pub(super) fn lease(now: Timestamp) -> Timestamp {
    now.checked_add(LEASE).unwrap_or(now)
}

/// An operation that this process holds the lease of.
pub(super) struct Held<'a> {
    pub(super) runner: &'a Runner,
    pub(super) id: OperationId,
    pub(super) fence: i64,
}

impl Held<'_> {
    pub(super) fn store(&self) -> &Store {
        &self.runner.shared.store
    }

    pub(super) fn now(&self) -> Timestamp {
        self.runner.shared.clock.now()
    }

    pub(super) fn callers(&self) -> &Callers {
        &self.runner.shared.callers
    }

    /// After a transaction that took so long: leaves the writer to callers for a while.
    pub(super) async fn give_way(&self, took: Duration) {
        if let Some(rest) = self.callers().rest_after(took) {
            tokio::time::sleep(rest).await;
        }
    }

    /// Has commands carried out as work that can wait.
    pub(super) async fn submit(&self, commands: Vec<Command>) -> Answers {
        let committer = self.runner.committer.upgrade().ok_or(Error::ShuttingDown)?;
        committer.submit(commands, Grouping::Each, Urgency::Bulk).await
    }

    pub(super) fn moment(&self) -> Moment<'_> {
        Moment { zone: &self.runner.shared.zone, now: self.now() }
    }

    /// Lets go of the operation before its lease ends; nothing where the lease is lost.
    pub(super) async fn release(&self) -> Result<(), Error> {
        let tx = self.store().begin().await?;
        tx.release_operation(&self.id, self.fence).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps the progress and renews the lease, in the transaction of a chunk of work. `true` where somebody has asked to
    /// cancel. A lost lease is a conflict: the chunk must not be committed.
    pub(super) async fn advance(&self, tx: &Tx, progress: &impl Serialize) -> Result<bool, Error> {
        if self.runner.stop.is_cancelled() {
            return Err(Error::ShuttingDown);
        }
        let now = self.now();
        let progress = serde_json::to_string(progress).map_err(|error| Error::Internal(Arc::new(error)))?;
        let held = tx.advance_operation(&self.id, self.fence, &progress, lease(now), now).await?;
        held.ok_or(Error::Conflict)
    }

    /// Makes sure that the lease is held until the end of a transaction that does not renew it. A lost one is a conflict.
    pub(super) async fn hold(&self, tx: &Tx) -> Result<(), Error> {
        if self.runner.stop.is_cancelled() {
            return Err(Error::ShuttingDown);
        }
        if tx.holds_operation(&self.id, self.fence).await? { Ok(()) } else { Err(Error::Conflict) }
    }

    /// Ends the operation, in a transaction of its own.
    pub(super) async fn conclude(&self, state: OperationState, outcome: &OperationOutcome) -> Result<(), Error> {
        let tx = self.store().begin().await?;
        self.end(&tx, state, outcome).await?;
        Ok(tx.commit().await?)
    }

    /// Ends the operation, in the transaction of its last step.
    pub(super) async fn end(&self, tx: &Tx, state: OperationState, outcome: &OperationOutcome) -> Result<(), Error> {
        let outcome = serde_json::to_string(outcome).map_err(|error| Error::Internal(Arc::new(error)))?;
        if tx.end_operation(&self.id, self.fence, state, &outcome, self.now()).await? {
            Ok(())
        } else {
            Err(Error::Conflict)
        }
    }
}
