//! Long-running operations: looking at them here, asking for each kind and doing it in a file of its own; `runner` takes those
//! that nobody works on, `held` is what one that was taken can do. An operation is a row that one process at a time holds a
//! lease on; it commits its progress chunk by chunk under the fence it was given, so it survives a restart and a process that
//! hangs cannot write over its successor; the fold of an activation, which changes nothing when done again, needs none.

mod activation;
mod analysis;
mod drawing;
mod first_time;
mod held;
mod model_fit;
mod pace;
mod pages;
mod population;
mod records;
mod runner;
mod simulation;
mod walk;

use std::sync::Arc;
use std::time::Duration;

use guanxi_model::{OperationId, PyramidId, RequestId, Timestamp, Zone, name};
use guanxi_satisfaction::path_model;
use guanxi_store::{Operation, OperationState, Store, Tx};
use serde::{Deserialize, Serialize};

pub use activation::{ActivationOutcome, ActivationPhase, ActivationProgress, ActivationRequest};
pub use analysis::{AnalysisOutcome, AnalysisRequest};
pub use drawing::{Drawing, DrawingProgress, DrawingRequest, DrawnSample, DrawnStratum, Sizes};
pub use first_time::{FirstTimeOutcome, FirstTimeRequest, SERVICE_FILTER};
pub use model_fit::{FitOutcome, FitRequest};
pub use records::{RECORD_FILTER, RecordSet};
pub use simulation::{Candidate, Simulated, SimulationOutcome, SimulationPhase, SimulationProgress, SimulationRequest};
pub use walk::RecordsProgress;

use self::held::Held;
pub(crate) use self::runner::Runner;
use crate::error::{Error, Refusal};
use crate::fingerprint;

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
    /// The id of an operation that is asked for. It follows from what is asked and from the id of the request, so that a retry
    /// finds the operation that it made.
    fn id_of(
        &self,
        (kind, subject): (&str, &str),
        request: &impl Serialize,
        request_id: Option<RequestId>,
    ) -> OperationId {
        match request_id {
            Some(request_id) => OperationId::from_bytes(fingerprint::of(kind, subject, &(request, request_id))),
            None => OperationId::new(self.now),
        }
    }

    /// Ends the transaction of what is asked for with a new operation, and wakes whoever does it.
    async fn begin(
        &self,
        tx: Tx,
        id: OperationId,
        (kind, subject): (&str, String),
        (request, progress): (&impl Serialize, &impl Serialize),
    ) -> Result<Operation, Error> {
        let json = |error: serde_json::Error| Error::Internal(Arc::new(error));
        let operation = Operation {
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
        };
        tx.put_operation(&operation).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(operation)
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
