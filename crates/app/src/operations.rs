//! Long-running operations: asking for them, looking at them, and the runner that does them. An operation is a row that
//! one process at a time holds a lease on; it commits its progress chunk by chunk under the fence it was given, so it
//! survives a restart and a process that hangs cannot write over its successor.

mod activation;
mod analysis;
mod drawing;
mod first_time;
mod model_fit;
mod pages;
mod population;
mod records;
mod simulation;
mod walk;

use std::sync::{Arc, Weak};
use std::time::Duration;

use guanxi_model::{Day, OperationId, PyramidId, RequestId, RevisionNumber, Timestamp, Zone, name};
use guanxi_satisfaction::path_model;
use guanxi_store::{Operation, OperationState, Store, Tx};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

pub use activation::{ActivationOutcome, ActivationPhase, ActivationProgress};
pub use analysis::{AnalysisOutcome, AnalysisRequest};
pub use drawing::{Drawing, DrawingProgress, DrawingRequest, DrawnSample, DrawnStratum, Sizes};
pub use first_time::{FirstTimeOutcome, FirstTimeRequest, SERVICE_FILTER};
pub use model_fit::{FitOutcome, FitRequest};
pub use records::{RECORD_FILTER, RecordSet};
pub use simulation::{Candidate, Simulated, SimulationOutcome, SimulationPhase, SimulationProgress, SimulationRequest};
pub use walk::RecordsProgress;

use crate::callers::Callers;
use crate::command::{Command, Grouping, Urgency};
use crate::committer::{Answers, Committer, Shared};
use crate::error::{Error, Refusal};
use crate::fingerprint;
use crate::seat::Moment;

/// The kind of the operations that put a revision in force.
pub const ACTIVATE: &str = "activate-pyramid-revision";
/// The kind of the operations that renew the calibration of the one in force.
pub const ASSIGN: &str = "assign-tiers";
/// The kind of the operations that tell what a revision would do.
pub const SIMULATE: &str = "simulate-pyramid";
/// The kind of the operations that say what records of any set mean together.
pub const ANALYZE: &str = "analyze-satisfaction";
/// The kind of the operations that fit a model to satisfaction records.
pub const FIT: &str = "fit-satisfaction-model";
/// The kind of the operations that draw samples.
pub const DRAW: &str = "draw-sample";
/// The kind of the operations that say which services were right first time.
pub const FIRST_TIME: &str = "analyze-first-time-right";

/// How long a lease lasts unless it is renewed; chunks are far shorter.
const LEASE: Duration = Duration::from_secs(15);
/// How often the runner looks for work that nobody told it of.
const LOOK: Duration = Duration::from_secs(2);

/// What an activation was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ActivationRequest {
    pub pyramid: PyramidId,
    pub number: RevisionNumber,
}

/// How an operation ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationOutcome {
    Activated(ActivationOutcome),
    Simulated(Box<SimulationOutcome>),
    Analyzed(Box<AnalysisOutcome>),
    /// It leads to more rows than can be told.
    TooManyRows {
        most: usize,
    },
    Fitted(Box<FitOutcome>),
    /// The records do not allow what was asked of them.
    Unfit(path_model::Unfit),
    Drawn(Box<DrawnSample>),
    /// The pyramid no longer has the tiers that the request names at these places.
    NoSuchTiers(Vec<usize>),
    FirstTime(Box<FirstTimeOutcome>),
    Cancelled,
    /// A fault of ours; the incident's chain is in the log.
    Failed {
        incident: String,
    },
}

/// The pyramid that an operation works on, if it does on any.
pub fn pyramid_of(operation: &Operation) -> Option<PyramidId> {
    /// What all requests about pyramids have.
    #[derive(Deserialize)]
    struct Of {
        pyramid: PyramidId,
    }
    serde_json::from_str::<Of>(&operation.request).ok().map(|request| request.pyramid)
}

/// Asks for operations and looks at them.
pub struct Operations<'a> {
    pub(crate) store: &'a Store,
    pub(crate) now: Timestamp,
    pub(crate) zone: &'a Zone,
    pub(crate) wake: &'a tokio::sync::Notify,
}

impl Operations<'_> {
    /// Asks to put a revision in force. A repeated request returns the operation it made.
    pub async fn activate(
        &self,
        request: ActivationRequest,
        request_id: Option<RequestId>,
    ) -> Result<Operation, Error> {
        let revision = name::revision(&request.pyramid, request.number);
        self.run_over(&request.pyramid, Some(request.number), (ACTIVATE, revision), request_id).await
    }

    /// Asks to renew the calibration of the revision in force. A repeated request returns the operation it made.
    pub async fn assign(&self, pyramid: &PyramidId, request_id: Option<RequestId>) -> Result<Operation, Error> {
        self.run_over(pyramid, None, (ASSIGN, name::pyramid(pyramid)), request_id).await
    }

    /// Asks for a run over everybody under a revision, or the one in force.
    async fn run_over(
        &self,
        pyramid: &PyramidId,
        number: Option<RevisionNumber>,
        (kind, subject): (&str, String),
        request_id: Option<RequestId>,
    ) -> Result<Operation, Error> {
        let tx = self.store.begin().await?;
        tx.lock_catalogue().await?;
        // The id of the operation follows from the request id, so that a retry finds it.
        let id = match request_id {
            Some(request_id) => OperationId::from_bytes(fingerprint::of("operation", &subject, &request_id)),
            None => OperationId::new(self.now),
        };
        if let Some(kept) = tx.operation(&id).await? {
            return Ok(kept);
        }
        tx.change_schemes().await?;
        let found = tx.pyramid(pyramid).await?;
        let mut pyramid = found.ok_or_else(|| Error::NotFound(name::pyramid(pyramid)))?;
        let active = || pyramid.active.map(|active| active.number);
        let number = number.or_else(active).ok_or_else(|| Refusal::PyramidNotActive(name::pyramid(&pyramid.id)))?;
        if tx.revision(&pyramid.id, number).await?.is_none() {
            return Err(Error::NotFound(name::revision(&pyramid.id, number)));
        }
        if let Some(running) = pyramid.operation {
            let (pyramid, operation) = (name::pyramid(&pyramid.id), name::operation(&running));
            return Err(Refusal::PyramidBusy { pyramid, operation }.into());
        }
        let request = ActivationRequest { pyramid: pyramid.id.clone(), number };
        let operation = self.new_operation(id, (kind, subject), &request, &ActivationProgress::default())?;
        tx.put_operation(&operation).await?;
        pyramid.operation = Some(id);
        tx.put_pyramid(&pyramid).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(operation)
    }

    /// Asks what a revision would do. A repeated request returns the operation it made.
    pub async fn simulate(
        &self,
        mut request: SimulationRequest,
        request_id: Option<RequestId>,
    ) -> Result<Operation, Error> {
        let tx = self.store.begin().await?;
        tx.lock_catalogue().await?;
        let subject = name::pyramid(&request.pyramid);
        let id = match request_id {
            Some(request_id) => OperationId::from_bytes(fingerprint::of("simulate", &subject, &(&request, request_id))),
            None => OperationId::new(self.now),
        };
        if let Some(kept) = tx.operation(&id).await? {
            return Ok(kept);
        }
        if tx.pyramid(&request.pyramid).await?.is_none() {
            return Err(Error::NotFound(subject));
        }
        for number in request.candidate.number().into_iter().chain(request.baseline) {
            if tx.revision(&request.pyramid, number).await?.is_none() {
                return Err(Error::NotFound(name::revision(&request.pyramid, number)));
            }
        }
        if let (None, Some(day)) = (request.baseline, request.as_of) {
            request.baseline = Some(self.in_force_on(&tx, &request.pyramid, day).await?);
        }
        let operation = self.new_operation(id, (SIMULATE, subject), &request, &SimulationProgress::default())?;
        tx.put_operation(&operation).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(operation)
    }

    /// The revision that was in force at the end of a day.
    async fn in_force_on(&self, tx: &Tx, pyramid: &PyramidId, day: Day) -> Result<RevisionNumber, Error> {
        let number = tx.revision_at(pyramid, self.zone.end_of(day)).await?;
        number.ok_or_else(|| Refusal::PyramidNotActive(name::pyramid(pyramid)).into())
    }

    fn new_operation(
        &self,
        id: OperationId,
        (kind, subject): (&str, String),
        request: &impl Serialize,
        progress: &impl Serialize,
    ) -> Result<Operation, Error> {
        let json = |error: serde_json::Error| Error::Internal(Arc::new(error));
        Ok(Operation {
            id,
            kind: kind.to_owned(),
            subject,
            state: OperationState::Pending,
            request: serde_json::to_string(request).map_err(json)?,
            progress: serde_json::to_string(progress).map_err(json)?,
            outcome: None,
            cancel_requested: false,
            lease_until: Timestamp(0),
            fence: 0,
            create_time: self.now,
            update_time: self.now,
            end_time: None,
        })
    }

    /// Asks an operation to stop.
    pub async fn cancel(&self, id: &OperationId) -> Result<(), Error> {
        let tx = self.store.begin().await?;
        if !tx.cancel_operation(id).await? {
            return Err(Error::NotFound(name::operation(id)));
        }
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Forgets an operation that has ended.
    pub async fn delete(&self, id: &OperationId) -> Result<(), Error> {
        let tx = self.store.begin().await?;
        let kept = tx.operation(id).await?.ok_or_else(|| Error::NotFound(name::operation(id)))?;
        if !kept.state.is_done() {
            return Err(Refusal::OperationRunning(name::operation(id)).into());
        }
        tx.delete_operation(id).await?;
        Ok(tx.commit().await?)
    }

    /// The operation once it has ended, or as it is after a while.
    pub async fn wait(&self, id: &OperationId, at_most: Duration) -> Result<Operation, Error> {
        let reader = self.store.reader();
        let deadline = tokio::time::Instant::now() + at_most;
        loop {
            let operation = reader.operation(id).await?.ok_or_else(|| Error::NotFound(name::operation(id)))?;
            if operation.state.is_done() || tokio::time::Instant::now() >= deadline {
                return Ok(operation);
            }
            tokio::time::sleep(Duration::from_millis(50).min(deadline - tokio::time::Instant::now())).await;
        }
    }
}

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
            if let Some(held) = self.take(&seen).await? {
                self.carry_out(&seen, &held).await?;
            }
        }
        Ok(())
    }

    /// Takes an operation by raising its fence; nothing where somebody else was faster.
    async fn take(&self, seen: &Operation) -> Result<Option<Held<'_>>, Error> {
        let now = self.shared.clock.now();
        let tx = self.shared.store.begin().await?;
        let taken = tx.take_operation(seen, lease(now), now).await?;
        tx.commit().await?;
        Ok(taken.then(|| Held { runner: self, id: seen.id, fence: seen.fence + 1 }))
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
                    SIMULATE | ANALYZE | FIT | DRAW | FIRST_TIME => held.conclude(state, &outcome).await,
                    _ => activation::give_up(held, operation, state, &outcome).await,
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

fn lease(now: Timestamp) -> Timestamp {
    now.checked_add(LEASE).unwrap_or(now)
}

/// An operation that this process holds the lease of.
pub(crate) struct Held<'a> {
    runner: &'a Runner,
    id: OperationId,
    fence: i64,
}

impl Held<'_> {
    fn store(&self) -> &Store {
        &self.runner.shared.store
    }

    fn now(&self) -> Timestamp {
        self.runner.shared.clock.now()
    }

    fn callers(&self) -> &Callers {
        &self.runner.shared.callers
    }

    /// After a transaction that took so long: leaves the writer as long to callers.
    async fn give_way(&self, took: Duration) {
        if self.callers().are_expected() {
            tokio::time::sleep(took).await;
        }
    }

    /// Has commands carried out as work that can wait.
    async fn submit(&self, commands: Vec<Command>) -> Answers {
        let committer = self.runner.committer.upgrade().ok_or(Error::ShuttingDown)?;
        committer.submit(commands, Grouping::Each, Urgency::Bulk).await
    }

    fn moment(&self) -> Moment<'_> {
        Moment { zone: &self.runner.shared.zone, now: self.now() }
    }

    /// Lets go of the operation before its lease ends; nothing where the lease is lost.
    async fn release(&self) -> Result<(), Error> {
        let tx = self.store().begin().await?;
        tx.release_operation(&self.id, self.fence).await?;
        Ok(tx.commit().await?)
    }

    /// Keeps the progress and renews the lease, in the transaction of a chunk of work. `true` where somebody has asked to
    /// cancel. A lost lease is a conflict: the chunk must not be committed.
    async fn advance(&self, tx: &Tx, progress: &impl Serialize) -> Result<bool, Error> {
        if self.runner.stop.is_cancelled() {
            return Err(Error::ShuttingDown);
        }
        let now = self.now();
        let progress = serde_json::to_string(progress).map_err(|error| Error::Internal(Arc::new(error)))?;
        let held = tx.advance_operation(&self.id, self.fence, &progress, lease(now), now).await?;
        held.ok_or(Error::Conflict)
    }

    /// Ends the operation, in a transaction of its own.
    async fn conclude(&self, state: OperationState, outcome: &OperationOutcome) -> Result<(), Error> {
        let tx = self.store().begin().await?;
        self.end(&tx, state, outcome).await?;
        Ok(tx.commit().await?)
    }

    /// Ends the operation, in the transaction of its last step.
    async fn end(&self, tx: &Tx, state: OperationState, outcome: &OperationOutcome) -> Result<(), Error> {
        let outcome = serde_json::to_string(outcome).map_err(|error| Error::Internal(Arc::new(error)))?;
        if tx.end_operation(&self.id, self.fence, state, &outcome, self.now()).await? {
            Ok(())
        } else {
            Err(Error::Conflict)
        }
    }
}
