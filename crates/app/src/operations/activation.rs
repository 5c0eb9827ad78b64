//! Putting a revision of a pyramid in force, or renewing the calibration of the one that is: calibrate over everybody,
//! write where those who move will stand, switch all readers by one update, then fold.
//!
//! From the moment the calibration is kept, every fact fills both slots of its customer, so what arrives during the run
//! is never lost to it. A takeover does again what was done since the progress was kept, a second ago at most; an
//! unfinished calibration begins anew.

mod asking;
mod assign;
mod fold;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use guanxi_model::{PyramidId, name};
use guanxi_store::{Active, Next, Operation, OperationState, Pyramid, Tx};
use serde::{Deserialize, Serialize};

pub use self::asking::ActivationRequest;
use super::pace::{CHECKPOINT, Pace};
use super::population::{Facts, calibrate, looks};
use super::{Held, OperationOutcome};
use crate::callers::Callers;
use crate::error::Error;
use crate::portion::Portion;

/// What an activation is doing; the words are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivationPhase {
    #[default]
    Calibrate,
    Assign,
    Fold,
}

/// How far an activation is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivationProgress {
    pub phase: ActivationPhase,
    pub done: i64,
    pub total: i64,
    /// The last customer that was assigned, or folded.
    pub cursor: String,
    /// Customers whose tier changes.
    pub moved: i64,
    /// Rows written for them, and for those whose reviews or due time change.
    #[serde(default)]
    pub written: i64,
}

/// What an activation did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivationOutcome {
    pub ranked: i64,
    pub moved: i64,
}

/// Runs an activation from where it is to its end.
pub(super) async fn run(held: &Held<'_>, operation: &Operation) -> Result<(), Error> {
    let json = |error: serde_json::Error| Error::Internal(Arc::new(error));
    let request: ActivationRequest = serde_json::from_str(&operation.request).map_err(json)?;
    let progress: ActivationProgress = serde_json::from_str(&operation.progress).map_err(json)?;
    let mut run = Activation { held, operation, request, progress, kept: Instant::now() };
    if run.progress.phase == ActivationPhase::Calibrate && !run.calibrate().await? {
        return Ok(());
    }
    if run.progress.phase == ActivationPhase::Assign && !run.assign().await? {
        return Ok(());
    }
    run.fold().await
}

/// Ends an operation that is not going to be done; what is in force stays in force. One that has switched the readers
/// cannot be given up: it is left for the next who takes it.
pub(super) async fn give_up(
    held: &Held<'_>,
    operation: &Operation,
    state: OperationState,
    outcome: &OperationOutcome,
) -> Result<(), Error> {
    let tx = held.store().begin().await?;
    tx.change_schemes().await?;
    let kept = tx.operation(&operation.id).await?.map(|kept| kept.progress).unwrap_or_default();
    let progress: ActivationProgress = serde_json::from_str(&kept).unwrap_or_default();
    if progress.phase == ActivationPhase::Fold {
        return Ok(());
    }
    if let Ok(request) = serde_json::from_str::<ActivationRequest>(&operation.request)
        && let Some(mut pyramid) = tx.pyramid(&request.pyramid).await?
        && pyramid.operation == Some(operation.id)
    {
        (pyramid.next, pyramid.operation) = (None, None);
        tx.put_pyramid(&pyramid).await?;
    }
    held.end(&tx, state, outcome).await?;
    Ok(tx.commit().await?)
}

/// What transactions side by side return, and how long the longest had a writer. All come to their end, also where one
/// fails: who is dropped halfway leaves a transaction open.
async fn side_by_side<T>(
    transactions: impl Iterator<Item = impl Future<Output = Result<(T, Duration), Error>>>,
) -> Result<(Vec<T>, Duration), Error> {
    let ended = join_all(transactions).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let (returned, took): (Vec<T>, Vec<Duration>) = ended.into_iter().unzip();
    Ok((returned, took.into_iter().max().unwrap_or_default()))
}

struct Activation<'a> {
    held: &'a Held<'a>,
    operation: &'a Operation,
    request: ActivationRequest,
    progress: ActivationProgress,
    /// When it last kept how far it is.
    kept: Instant,
}

impl Pace for Activation<'_> {
    fn callers(&self) -> &Callers {
        self.held.callers()
    }

    async fn done(&mut self, customers: usize) -> Result<bool, Error> {
        self.progress.done += customers as i64;
        if self.kept.elapsed() < CHECKPOINT {
            return Ok(true);
        }
        let goes_on = self.checkpoint().await?;
        self.kept = Instant::now();
        Ok(goes_on)
    }
}

impl Activation<'_> {
    fn pyramid_id(&self) -> &PyramidId {
        &self.request.pyramid
    }

    async fn pyramid(&self, tx: &Tx) -> Result<Pyramid, Error> {
        tx.pyramid(self.pyramid_id()).await?.ok_or_else(|| Error::NotFound(name::pyramid(self.pyramid_id())))
    }

    /// How many customers the next transaction is about.
    fn next(&self, portion: &Portion) -> usize {
        portion.next(self.held.callers().are_expected())
    }

    /// How many transactions write side by side: one while callers come, who need the other writers.
    fn parts(&self) -> usize {
        if self.held.callers().are_expected() { 1 } else { self.held.store().writers() }
    }

    /// Keeps the progress in a transaction of its own. False where the run was cancelled; a fold no longer can be.
    async fn checkpoint(&self) -> Result<bool, Error> {
        let tx = self.held.store().begin().await?;
        let cancel = self.held.advance(&tx, &self.progress).await?;
        tx.commit().await?;
        self.unless_cancelled(cancel && self.progress.phase != ActivationPhase::Fold).await
    }

    async fn unless_cancelled(&self, cancel: bool) -> Result<bool, Error> {
        if cancel {
            give_up(self.held, self.operation, OperationState::Cancelled, &OperationOutcome::Cancelled).await?;
        }
        Ok(!cancel)
    }

    /// Reads everybody, finds ranks and boundaries, and from then on has facts fill both slots. False where cancelled.
    async fn calibrate(&mut self) -> Result<bool, Error> {
        let revision = self.held.store().reader().revision(self.pyramid_id(), self.request.number).await?;
        let revision =
            revision.ok_or_else(|| Error::NotFound(name::revision(self.pyramid_id(), self.request.number)))?;
        let people = self.held.store().reader().customer_count().await?;
        // A takeover begins anew: nothing of what was counted is kept.
        let total = looks(&[&revision.scheme], people);
        self.progress = ActivationProgress { total, ..ActivationProgress::default() };
        let (store, facts) = (self.held.store(), Facts::Now(self.held.moment().today()));
        let calibrated = calibrate((store, self), &[&revision.scheme], facts, people).await?;
        let Some(calibration) = calibrated.and_then(|mut all| all.pop()) else { return Ok(false) };
        self.progress =
            ActivationProgress { phase: ActivationPhase::Assign, total: people, ..ActivationProgress::default() };
        let tx = self.held.store().begin().await?;
        tx.change_schemes().await?;
        let mut pyramid = self.pyramid(&tx).await?;
        let next = Next { number: self.request.number, generation: pyramid.last_generation + 1 };
        let renewal = pyramid.active.is_some_and(|active| active.number == self.request.number);
        tx.put_calibration(self.pyramid_id(), next, (&calibration, renewal), self.held.now()).await?;
        (pyramid.next, pyramid.last_generation) = (Some(next), next.generation);
        tx.put_pyramid(&pyramid).await?;
        let cancel = self.held.advance(&tx, &self.progress).await?;
        tx.commit().await?;
        self.unless_cancelled(cancel).await
    }

    /// One update: from here on readers take the second slot.
    async fn switch(&mut self) -> Result<bool, Error> {
        let tx = self.held.store().begin().await?;
        tx.change_schemes().await?;
        let mut pyramid = self.pyramid(&tx).await?;
        let now = self.held.now();
        if let Some(next) = pyramid.next.take() {
            tx.note_activation(self.pyramid_id(), next.generation, now).await?;
            pyramid.active = Some(Active { number: next.number, generation: next.generation, time: now });
            (pyramid.revision, pyramid.update_time) = (pyramid.revision + 1, now);
            // The first that is put in force is the primary one until somebody says otherwise.
            pyramid.primary |= tx.primary_pyramid().await?.is_none();
        }
        let ActivationProgress { moved, written, .. } = self.progress;
        let (phase, cursor) = (ActivationPhase::Fold, String::new());
        self.progress = ActivationProgress { phase, done: 0, total: written, cursor, moved, written };
        tx.put_pyramid(&pyramid).await?;
        let cancel = self.held.advance(&tx, &self.progress).await?;
        if cancel {
            // The last moment: nothing has been seen yet.
            drop(tx);
            return self.unless_cancelled(true).await;
        }
        tx.commit().await?;
        Ok(true)
    }
}
