//! Takes the operations that nobody works on, one after the other, and does each by its kind.

use std::sync::{Arc, Weak};
use std::time::Duration;

use guanxi_store::{Operation, OperationState};
use tokio_util::sync::CancellationToken;

use super::held::{Held, lease};
use super::{
    ACTIVATE, ANALYZE, ASSIGN, DRAW, FIRST_TIME, FIT, OperationOutcome, SIMULATE, activation, analysis, drawing,
    first_time, model_fit, simulation,
};
use crate::committer::{Committer, Shared};
use crate::error::Error;

/// How often the runner looks for work that nobody told it of.
const LOOK: Duration = Duration::from_secs(2);

/// Does the operations that nobody works on, until it is told to stop; what is under way goes on elsewhere or after the
/// restart.
pub(crate) struct Runner {
    pub(crate) shared: Arc<Shared>,
    /// The committer ends when the application stops; nothing is to hold it longer.
    pub(crate) committer: Weak<Committer>,
    pub(crate) wake: Arc<tokio::sync::Notify>,
    pub(crate) stop: CancellationToken,
}

impl Runner {
    pub(crate) async fn run(self) {
        loop {
            if let Err(error) = self.run_idle().await {
                tracing::warn!(%error, "operations have to wait");
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.wake.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn run_idle(&self) -> Result<(), Error> {
        for seen in self.shared.store.reader().idle_operations(self.shared.clock.now()).await? {
            if self.stop.is_cancelled() {
                return Ok(());
            }
            if let Some((operation, held)) = self.take(&seen).await? {
                self.carry_out(&operation, &held).await?;
            }
        }
        Ok(())
    }

    /// Takes an operation by raising its fence, as it is then: whoever had it may have come further since it was seen.
    /// Nothing where somebody else was faster.
    async fn take(&self, seen: &Operation) -> Result<Option<(Operation, Held<'_>)>, Error> {
        let now = self.shared.clock.now();
        let tx = self.shared.store.begin().await?;
        if !tx.take_operation(seen, lease(now), now).await? {
            return Ok(None);
        }
        let taken = tx.operation(&seen.id).await?;
        tx.commit().await?;
        Ok(taken.map(|operation| {
            let held = Held { runner: self, id: operation.id, fence: operation.fence };
            (operation, held)
        }))
    }

    async fn carry_out(&self, operation: &Operation, held: &Held<'_>) -> Result<(), Error> {
        let done = match operation.kind.as_str() {
            ACTIVATE | ASSIGN => activation::run(held, operation).await,
            SIMULATE => simulation::run(held, operation).await,
            ANALYZE => analysis::run(held, operation).await,
            FIT => model_fit::run(held, operation).await,
            DRAW => drawing::run(held, operation).await,
            FIRST_TIME => first_time::run(held, operation).await,
            kind => Err(Error::Internal(Arc::new(std::io::Error::other(format!("no operation is called {kind}"))))),
        };
        let done = match done {
            // It passes, as does a lost lease: what was committed holds, and whoever takes it goes on from there.
            Err(Error::Conflict | Error::ShuttingDown | Error::Unavailable { .. }) | Ok(()) => done,
            Err(error) => {
                let incident = uuid::Uuid::now_v7().to_string();
                tracing::error!(%incident, %error, operation = %operation.id, "operation failed");
                let (state, outcome) = (OperationState::Failed, OperationOutcome::Failed { incident });
                match operation.kind.as_str() {
                    ACTIVATE | ASSIGN => activation::give_up(held, operation, state, &outcome).await,
                    _ => held.conclude(state, &outcome).await,
                }
            }
        };
        // The next look tries again. A server that stops leaves the rest to the end of its lease.
        if matches!(done, Err(Error::Conflict | Error::Unavailable { .. })) {
            held.release().await?;
        }
        match done {
            Err(Error::Conflict | Error::ShuttingDown) => Ok(()),
            done => done,
        }
    }
}
